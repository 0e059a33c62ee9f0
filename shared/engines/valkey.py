"""Valkey (or Redis): the doorbell between the rooms. It stores nothing, and may be emptied."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from shared.engines.binaries import find_valkey
from shared.engines.engine import SAME, VALKEY, Engine
from shared.engines.home import Home

SECRET = "valkey"  # noqa: S105

SETTINGS = {
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "save": '""',
    "appendonly": "no",
    "maxmemory": "256mb",
    # A ring that is refused is made up for by the sweep; one that is evicted would look like taken.
    "maxmemory-policy": "noeviction",
    "timeout": "0",
    "tcp-keepalive": "60",
    "loglevel": "notice",
}


def prepare_valkey(home: Home) -> Callable[[int], Engine]:
    """Find the program; the answer serves it on a port.

    Raises:
        EngineMissing: no program is there.
    """
    program = find_valkey()
    password, _ = home.secret(SECRET)
    home.valkey.mkdir(mode=0o700, exist_ok=True)

    def engine(port: int) -> Engine:
        settings = {**SETTINGS, "port": str(port), "requirepass": password}
        return Engine(
            name=VALKEY,
            # The settings come on standard input: the password shows in no list of processes.
            argv=[str(program), "-", "--dir", str(home.valkey)],
            # Its process gives itself the title "valkey-server 127.0.0.1:PORT".
            marker=f"127.0.0.1:{port}",
            identity=SAME,
            stops=((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)),
            is_ready=lambda pid: _answers(port, password),
            stdin="".join(f"{name} {value}\n" for name, value in settings.items()),
        )

    return engine


def url(password: str, port: int) -> str:
    """The address of our own Valkey."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\n") < 2 and (part := link.recv(256)):
                answer += part
    except OSError:
        return False
    return b"+PONG" in answer
