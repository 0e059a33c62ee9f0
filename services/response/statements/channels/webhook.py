"""The channel `webhook`: a signed POST to the organisation's own site or publishing system.

The message follows Standard Webhooks. Its `webhook-id` is the publication's id, the same at every
try: a receiver that keeps to the standard publishes it once.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import httpx

from services.response.statements.channels.protocol import (
    ChannelRefused,
    ChannelUnavailable,
    OutcomeUnknown,
    OutgoingStatement,
    Receipt,
)
from shared.signatures import webhook_headers

# The text certainly stayed here: no connection came about, or the receiver said "not now".
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_NOW = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# Of an answer no more is read than a location and a reason need.
_ANSWER_BYTES = 16 * 1024
_ANSWER_SECONDS = 1.0
_LONGEST_LOCATION = 2_000
_REASON_CHARACTERS = 200


class WebhookChannel:
    """Publishes by a POST to one address that the operator set."""

    name = "webhook"
    takes_drills = False

    def __init__(
        self, client: httpx.AsyncClient, url: str, *, key: bytes | None, idempotent: bool
    ) -> None:
        self._client = client
        self._url = url
        self._key = key
        self.idempotent = idempotent

    async def publish(self, statement: OutgoingStatement) -> Receipt:
        """Send the text; any 2xx means that it is public."""
        body = _message(statement)
        headers = webhook_headers(
            self._key, message_id=str(statement.publication_id), body=body
        ) | {"accept-encoding": "identity"}
        try:
            async with self._client.stream(
                "POST", self._url, content=body, headers=headers
            ) as answer:
                return await self._judge(answer)
        except _NEVER_CONNECTED as error:
            raise ChannelUnavailable(f"No connection: {type(error).__name__}.") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise ChannelRefused(f"The address cannot be called: {error}") from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"No answer after sending: {type(error).__name__}.") from error

    async def _judge(self, answer: httpx.Response) -> Receipt:
        content = b""
        # The status decides. What follows it is a courtesy, and its loss changes nothing.
        with suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                async for chunk in answer.aiter_raw():
                    content += chunk
                    if len(content) > _ANSWER_BYTES:
                        break
        if answer.is_success:
            return Receipt(location=_location(self._url, answer.headers, content))
        said = f"It answered {answer.status_code} {answer.reason_phrase}".rstrip()
        reason = content[:_REASON_CHARACTERS].decode("utf-8", "replace").replace("\x00", "").strip()
        words = f"{said}: {reason}" if reason else f"{said}."
        if answer.status_code in _NOT_NOW:
            raise ChannelUnavailable(words)
        if answer.is_server_error:
            # Behind a 500 or 504 the text may be public already. By the standard a receiver treats
            # it as not delivered and knows the message again by its id; others do not.
            raise ChannelUnavailable(words) if self.idempotent else OutcomeUnknown(words)
        raise ChannelRefused(words)


def _message(statement: OutgoingStatement) -> bytes:
    """The same bytes at every try, so that receivers may compare them."""
    return json.dumps(
        {
            "type": "statement.published",
            "timestamp": statement.ordered_at.isoformat(),
            "data": asdict(statement),
        },
        ensure_ascii=False,
        default=str,
    ).encode()


def _location(url: str, headers: Mapping[str, str], content: bytes) -> str | None:
    """Where the text is public: the header Location, or `{"location": …}`; web addresses only."""
    stated: Any = headers.get("location")
    if stated is None:
        with suppress(ValueError):
            document = json.loads(content)
            stated = document.get("location") if isinstance(document, dict) else None
    if not isinstance(stated, str):
        return None
    with suppress(ValueError):
        address = urljoin(url, stated.strip())
        # Shown as a link in the console: an address of another scheme could run code there.
        if address.startswith(("https://", "http://")) and len(address) <= _LONGEST_LOCATION:
            return address if address.isprintable() else None
    return None
