"""The process that an isolated engine runs in, seen from outside: started, asked, killed."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple

from services.analysis.engines.base import EngineFailed, RefusedModel
from services.analysis.engines.wire import Message, Torn, receive, send

_ROOT: Final = Path(__file__).resolve().parents[3]
_CHILD: Final = "services.analysis.engines.child"


class Recipe(NamedTuple):
    """How to open an engine: `module:function`, and what the function is given. Plain values only,
    since they go to another process."""

    opener: str
    options: dict[str, Any]


class Died(EngineFailed):
    """The process ended or was killed before it answered."""


class Process:
    """One running process. Not thread-safe: one question at a time."""

    def __init__(self, recipe: Recipe, *, limit_s: float) -> None:
        """Start it and wait until its engine is open, `limit_s` at most.

        Raises:
            RefusedModel: the engine cannot be opened.
            Died: the process ended on the way, or took too long.
        """
        self._sock, theirs = socket.socketpair()
        with theirs:
            self._popen = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", _CHILD, str(theirs.fileno())],
                cwd=_ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        try:
            self.hello = self.ask(recipe._asdict(), limit_s=limit_s)
            if "error" in self.hello:
                raise RefusedModel(str(self.hello["error"]))
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    def ask(self, message: Message, *, limit_s: float) -> Message:
        """Send a question and wait for the answer.

        Raises:
            Died: there will be none; the process is gone by now.
        """
        until = monotonic() + limit_s
        try:
            send(self._sock, message, until=until)
            return receive(self._sock, until=until)
        except TimeoutError:
            self.kill()
            raise Died(f"it did not answer in {limit_s:g} s and was killed") from None
        except Torn:
            self.kill()
            raise Died(f"its process ended ({_how(self._popen.returncode)})") from None

    def end(self) -> None:
        """Tell the kernel to end the process. Whoever waits for its answer hears of it."""
        self._popen.kill()

    def kill(self) -> None:
        """End the process, and wait until it is gone."""
        self.end()
        self._popen.wait()
        self._sock.close()


def _environment() -> dict[str, str]:
    """What it may know: where libraries and devices are, and nothing of ours."""
    known = {name: value for name, value in os.environ.items() if "GROUNDSWELL" not in name}
    return known | {"PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"}


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"
