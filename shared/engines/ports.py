"""Which ports the engines and rooms listen on: free ones, kept from one start to the next."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable

import psutil

from shared.engines.errors import PortTaken
from shared.engines.home import Home, read_json, write_json

# Below the ports that systems give to outgoing connections (Linux from 32768, macOS from 49152):
# a client that keeps knocking while its server restarts could otherwise be given the very port it
# knocks at, connect to itself, and keep the server out.
_RANGE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1 at `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose_ports(home: Home, names: Iterable[str], *, anew: bool = False) -> dict[str, int]:
    """A free port for each name: the one it had before, else (or with `anew`) another one.

    Raises:
        PortTaken: no free port is left in the range.
    """
    path = home.path / "ports.json"
    known: dict[str, int] = {} if anew else read_json(path)
    chosen: dict[str, int] = {}
    for name in names:
        before = known.get(name)
        keep = before is not None and before not in chosen.values() and is_free(before)
        chosen[name] = before if keep and before is not None else _free_port(set(chosen.values()))
    write_json(path, {**read_json(path), **chosen})
    return chosen


def _free_port(taken: set[int]) -> int:
    for port in random.sample(_RANGE, k=200):
        if port not in taken and is_free(port):
            return port
    raise PortTaken(f"No free port was found between {_RANGE.start} and {_RANGE.stop}.")


def holder_of(port: int) -> str:
    """Who listens on `port`, in words; unknown holders are "another program"."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr and connection.laddr.port == port and connection.pid:
                name = psutil.Process(connection.pid).name()
                return f"{name} (process {connection.pid})"
    except psutil.Error:
        pass
    return "another program"
