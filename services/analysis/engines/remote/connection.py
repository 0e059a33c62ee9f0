"""Questions over HTTP to a server that may be busy, restarting, or gone."""

import threading
from math import ceil
from random import uniform
from time import monotonic
from typing import Any, Final

import httpx

from services.analysis.engines.base import EngineFailed, Overloaded, first_line

# Busy, or a proxy whose server is being started.
_COME_AGAIN: Final = frozenset({429, 502, 503, 504})
# Seconds: how long a question is asked again, and the pauses between.
_PATIENCE: Final = 10.0
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0


class Unreachable(EngineFailed):
    """The server does not answer."""


class Refused(EngineFailed):
    """The server answered, and the answer is an error."""


class Connection:
    """One server. Thread-safe; at most `in_flight` questions are open at once."""

    def __init__(
        self, base: str, *, limit_s: float, in_flight: int, patience_s: float = _PATIENCE
    ) -> None:
        self.base = base
        self._limit_s = limit_s
        self._patience_s = patience_s
        self._closed = threading.Event()
        self._http = httpx.Client(
            timeout=httpx.Timeout(limit_s, connect=min(limit_s, 5.0)),
            limits=httpx.Limits(max_connections=in_flight),
            # The server is named by the operator: no proxy of the environment comes between.
            trust_env=False,
        )

    def get(self, path: str) -> Any:
        """The JSON at a path; see `ask`."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask, again while the server is busy or cannot be reached: judging a text twice harms
        nobody. A server that takes the question and does not answer is not asked again.

        Raises:
            Overloaded: it stays busy.
            Refused: it answers with an error, or with no JSON.
            Unreachable: it cannot be reached, or does not answer in time.
        """
        self.check_open()
        until = monotonic() + self._patience_s
        pause = _FIRST_PAUSE
        while True:
            wait = pause * uniform(0.5, 1.5)  # noqa: S311  (only spreads the tries)
            try:
                answer = self._http.request(method, f"{self.base}{path}", json=body)
            except httpx.TimeoutException:
                raise Unreachable(
                    f"{self.base} did not answer in {self._limit_s:g} s; see its log"
                ) from None
            except httpx.TransportError as error:
                problem: Exception = Unreachable(
                    f"{self.base} cannot be reached: {first_line(error)}"
                )
            except RuntimeError:  # what httpx says of a client that is being closed
                self.check_open()
                raise
            else:
                if answer.status_code not in _COME_AGAIN:
                    return self._read(answer)
                wait = max(wait, _asked_for(answer))
                problem = Overloaded(f"{self.base} is busy; come again", retry_after=ceil(wait))
            if monotonic() + wait > until or self._closed.wait(wait):
                raise problem
            pause = min(2 * pause, _LONGEST_PAUSE)

    def check_open(self) -> None:
        """Raise Unreachable after `close`."""
        if self._closed.is_set():
            raise Unreachable(f"the connection to {self.base} was closed")

    def close(self) -> None:
        """Let the server go. Questions in progress fail."""
        self._closed.set()
        self._http.close()

    def _read(self, answer: httpx.Response) -> Any:
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not answer.is_success:
            said = document.get("error") if isinstance(document, dict) else None
            reason = f": {str(said)[:200]}" if said else ""
            raise Refused(f"{answer.request.url} answered {answer.status_code}{reason}")
        if document is None and answer.content:
            raise Refused(f"{answer.request.url} answered with no JSON")
        return document


def _asked_for(answer: httpx.Response) -> float:
    """Seconds that the server asks to wait; its other form, a date, is not read."""
    seconds = answer.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else 0.0
