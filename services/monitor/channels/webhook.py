"""A POST: with JSON in the form of Standard Webhooks, or with a body of one's own."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from services.monitor.sources.address_guard import AddressRefusedError
from shared.signatures import webhook_headers

_SECONDS = 5.0
_LONGEST_ANSWER = 64 * 1024


class WebhookError(Exception):
    """The message did not arrive, or nobody knows; the message says how it failed."""


async def post(
    client: httpx.AsyncClient,
    url: str,
    message: Mapping[str, Any],
    *,
    message_id: str,
    key: bytes | None,
) -> None:
    """Send a message; any 2xx means that it arrived. `message_id` is the same at every try: a
    receiver that keeps to the standard knows a second try of what it has, when its answer to the
    first was lost.

    Raises:
        WebhookError: it did not.
    """
    body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
    headers = webhook_headers(key, message_id=message_id, body=body)
    await exchange(client, url, body, headers)


async def exchange(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]
) -> bytes:
    """POST a body; the beginning of the answer.

    Raises:
        WebhookError: it did not arrive, or was not taken.
    """
    answered = b""
    try:
        async with (
            asyncio.timeout(_SECONDS),
            client.stream("POST", url, content=body, headers=dict(headers)) as answer,
        ):
            status = f"{answer.status_code} {answer.reason_phrase}".rstrip()
            arrived = answer.is_success
            async for piece in answer.aiter_bytes():
                answered += piece
                if len(answered) >= _LONGEST_ANSWER:
                    break
    except (TimeoutError, httpx.TimeoutException) as error:
        raise WebhookError(f"No answer within {_SECONDS:.0f} seconds.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WebhookError(f"It cannot be reached: {error or type(error).__name__}.") from error
    if not arrived:
        raise WebhookError(f"It answered {status}.")
    return answered


def refusal(error: AddressRefusedError) -> str:
    """Why an address of a receiver is not called: the guard speaks of sources, which have a setting
    of their own."""
    said = str(error).replace("where sources are not read", "where alerts are not sent")
    return said.replace("ALLOW_PRIVATE_SOURCES", "ALLOW_PRIVATE_RECEIVERS")
