"""The verbs' way to the public API: one key, patience with a busy server, errors in one line."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from shared.cli.answers import problem_line, seconds_asked
from shared.errors import ConfigurationError, GroundswellError

_DEFAULT_URL = "http://127.0.0.1:8000"
_DEFAULT_KEY_FILE = Path(".groundswell/admin-key")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# The server is busy, or a part of it is being restarted: it says, or we guess, when to come again.
_COME_AGAIN = frozenset({429, 502, 503, 504})
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
# A server that has never answered is more likely not there than being restarted.
_FIRST_PATIENCE = 3.0
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


class CallFailed(GroundswellError):
    """The server refused a call or could not be reached. `status` is None when nobody answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """Calls the public API. A call that may be tried again carries the same idempotency key.

    `patience` is the longest that one call waits for a server that is down or busy, in seconds.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = 60.0,
    ) -> None:
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=_TIMEOUT,
            transport=transport,
            # A proxy from the environment cannot reach this machine's own loopback.
            trust_env=urlsplit(base_url).hostname not in _LOOPBACK,
        )
        self._sleep = sleep
        self._patience = patience
        self._answered = False

    @classmethod
    def from_environment(cls, transport: httpx.BaseTransport | None = None) -> Self:
        """A client for GROUNDSWELL_URL with the key of GROUNDSWELL_KEY or GROUNDSWELL_KEY_FILE.

        Raises:
            ConfigurationError: there is no key, or the address is none.
        """
        base_url = os.environ.get("GROUNDSWELL_URL", _DEFAULT_URL)
        if urlsplit(base_url).scheme not in ("http", "https"):
            raise ConfigurationError(
                f"GROUNDSWELL_URL is {base_url!r}: write it like {_DEFAULT_URL}."
            )
        return cls(base_url, _key(), transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The document at `path`. Raises CallFailed."""
        return self._call("GET", path, params=params)

    def read(self, path: str) -> Iterator[bytes]:
        """The file at `path`, piece by piece, for what is too large to hold. Raises CallFailed."""
        try:
            with self._http.stream("GET", path, headers={"Accept": "*/*"}) as answer:
                if not answer.is_success:
                    answer.read()
                    raise self._failure("GET", path, answer, "")
                yield from answer.iter_bytes()
        except httpx.TransportError as error:
            trouble = str(error) or type(error).__name__
            raise self._failure("GET", path, None, trouble) from error

    def put(self, path: str, body: Any) -> Any:
        """Put `body` at `path`, and return the answer. Raises CallFailed."""
        return self._call("PUT", path, json=body)

    def post(self, path: str, body: Any, *, idempotency_key: str | None = None) -> Any:
        """Post `body`, and return the answer. Raises CallFailed."""
        return self._call("POST", path, json=body, headers=_once(idempotency_key))

    def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Any:
        """Send a file with form fields, and return the answer. Raises CallFailed."""
        with file.open("rb") as content:
            return self._call(
                "POST",
                path,
                data=dict(fields),
                files={"file": (file.name, content)},
                headers=_once(None),
            )

    def _call(self, method: str, path: str, **content: Any) -> Any:
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            answer, trouble = self._try(method, path, content)
            if answer is not None and answer.status_code not in _COME_AGAIN:
                break
            self._answered |= answer is not None
            wait = max(pause, seconds_asked(answer) if answer is not None else 0.0)
            if waited + wait > (self._patience if self._answered else _FIRST_PATIENCE):
                raise self._failure(method, path, answer, trouble)
            self._sleep(wait)
            waited += wait
            pause = min(2 * pause, _LONGEST_PAUSE)
        self._answered = True
        if answer.is_success:
            return answer.json() if answer.content else None
        raise self._failure(method, path, answer, trouble)

    def _try(
        self, method: str, path: str, content: Mapping[str, Any]
    ) -> tuple[httpx.Response | None, str]:
        try:
            return self._http.request(method, path, **content), ""
        except httpx.TransportError as error:
            return None, str(error) or type(error).__name__

    def _failure(
        self, method: str, path: str, answer: httpx.Response | None, trouble: str
    ) -> CallFailed:
        if answer is None:
            return CallFailed(
                f"{self._http.base_url} cannot be reached ({trouble}). Is it running? Try "
                "`groundswell status`, or set GROUNDSWELL_URL."
            )
        return CallFailed(f"{method} {path}: {problem_line(answer)}", answer.status_code)


def _once(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(uuid4())}


def _key() -> str:
    if key := os.environ.get("GROUNDSWELL_KEY"):
        return key
    file = Path(os.environ.get("GROUNDSWELL_KEY_FILE", _DEFAULT_KEY_FILE))
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise ConfigurationError(
            f"There is no API key: {file} cannot be read ({error.strerror}). Run this in the folder"
            " of `make run`, or set GROUNDSWELL_KEY or GROUNDSWELL_KEY_FILE."
        ) from error
