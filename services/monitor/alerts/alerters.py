"""What takes an alert out of the house."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

import httpx

from shared.signatures import webhook_headers

_SECONDS = 5.0


class AlertError(Exception):
    """The alert did not arrive, or nobody knows; the message says how it failed."""


class Alerter(Protocol):
    """A way to people outside the console."""

    name: str

    async def send(self, message: Mapping[str, Any], *, key: UUID) -> None:
        """Send a message; `key` is the same at every try.

        Raises:
            AlertError: it did not arrive.
        """
        ...


class WebhookAlerter:
    """A POST with JSON to an address that the operator set, in the form of Standard Webhooks.

    Its `webhook-id` is the event's: a receiver that keeps to the standard knows a second try of
    what it has, when its answer to the first was lost.
    """

    name = "webhook"

    def __init__(self, client: httpx.AsyncClient, url: str, *, key: bytes | None = None) -> None:
        self._client = client
        self._url = url
        self._key = key

    async def send(self, message: Mapping[str, Any], *, key: UUID) -> None:
        """Send a message; any 2xx means that it arrived."""
        body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
        headers = webhook_headers(self._key, message_id=str(key), body=body)
        try:
            async with (
                asyncio.timeout(_SECONDS),
                self._client.stream("POST", self._url, content=body, headers=headers) as answer,
            ):
                status = f"{answer.status_code} {answer.reason_phrase}".rstrip()
                arrived = answer.is_success
        except (TimeoutError, httpx.TimeoutException) as error:
            raise AlertError(f"No answer within {_SECONDS:.0f} seconds.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AlertError(f"It cannot be reached: {error or type(error).__name__}.") from error
        if not arrived:
            raise AlertError(f"It answered {status}.")
