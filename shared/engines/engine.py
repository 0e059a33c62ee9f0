"""One engine as the keeper sees it: how it starts, how it says that it is ready, how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

_LEASH = Path(__file__).with_name("leash.py")

POSTGRES = "postgres"
VALKEY = "valkey"

SAME = "same"
NAMESPACE = "namespace"


@dataclass(frozen=True)
class Engine:
    """A program that the keeper starts, watches, and stops."""

    name: str
    argv: Sequence[str]
    # What tells its process from a stranger that was given the same process id.
    marker: str
    identity: str
    # The last signal ends it at once, the ones before give it time (seconds).
    stops: Sequence[tuple[signal.Signals, float]]
    is_ready: Callable[[int], bool]
    stdin: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the program on the leash of this process; what it says goes to `log`."""
        process = subprocess.Popen(  # noqa: S603
            leashed(self.argv, self.identity, self.stops[0][0]),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=clean_environment() | dict(self.environment),
            start_new_session=True,
        )
        if process.stdin is not None:
            process.stdin.write(self.stdin.encode())
            process.stdin.close()
        return process


def leashed(argv: Sequence[str], identity: str, death_signal: signal.Signals) -> list[str]:
    """The command that runs `argv` as `identity`, and ends it when this process ends."""
    python = [sys.executable, "-I", "-S", str(_LEASH)]
    return [*python, str(os.getpid()), str(int(death_signal)), identity, *argv]


def clean_environment() -> dict[str, str]:
    """The environment without the variables by which PostgreSQL can be led astray."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def is_running(pid: int, marker: str) -> bool:
    """Whether the process `pid` lives, and has `marker` in its command line."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and marker in " ".join(process.cmdline())
    except psutil.Error:
        return False
