"""The connections of the door: uvicorn's protocol, with limits where uvicorn has none.

uvicorn waits for ever for the head of a request, and takes a head of any size. Here a head has ten
seconds and 32 KiB; what is no HTTP gets a problem document like every other error.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.errors import HeadTooLarge, TooSlow
from shared.errors import BadRequest, Problem
from shared.problems import MEDIA_TYPE, problem_response

CLOSE = "groundswell.close"

_HEAD_SECONDS = 10.0
_HEAD_BYTES = 32 * 1024
_HEADERS = 100


class DoorProtocol(HttpToolsProtocol):
    """One connection from outside."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._head_too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of everything."""
        self._head_arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in."""
        waiting = self._idle()
        super().data_received(data)
        if waiting and self._idle() and not self.transport.is_closing():
            # A head that is still incomplete. (What is left of a body that was answered already
            # runs under the same limits: it is read and dropped, but not for ever.)
            self._head_bytes += len(data)
            if self._head_timer is None:
                self._await_head()
            if self._head_bytes > _HEAD_BYTES and self.cycle is None:
                self._refuse(HeadTooLarge(_HEAD_BYTES))

    def on_headers_complete(self) -> None:
        """Take a request in, unless its head is too large."""
        self._head_arrived()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > _HEAD_BYTES or len(self.headers) > _HEADERS:
            self._head_too_large = True
            raise ValueError("head too large")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or too much of it."""
        self._refuse(
            HeadTooLarge(_HEAD_BYTES)
            if self._head_too_large
            else BadRequest("This is no HTTP request that can be read.")
        )

    def shutdown(self) -> None:
        """End in good order: streams without an end are told to end."""
        if close := self.app_state.get(CLOSE):
            close()
        super().shutdown()

    def _idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._head_is_late)

    def _head_arrived(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self._head_bytes:
            self._refuse(TooSlow("The head of the request did not arrive in time."))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem and close; requests that came whole are answered first."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started or not cycle.more_body:
                cycle.keep_alive = False
                return
            cycle.disconnected = True
            cycle.message_event.set()
        body = bytes(problem_response(problem).body)
        head = [STATUS_LINE[problem.status]]
        head += [
            name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers
        ]
        head.append(
            b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
            % (MEDIA_TYPE.encode(), len(body))
        )
        self.transport.write(b"".join(head) + body)
        self.transport.close()
