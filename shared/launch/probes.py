"""Asking processes whether they are ready."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx

_TIMEOUT = httpx.Timeout(5.0)


async def ask_all(urls: Mapping[str, str]) -> dict[str, str]:
    """For each name, what its `/readyz` says: `ready`, or in a few words why it is not."""
    # A proxy from the environment could not reach this machine's own loopback.
    async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as client:
        answers = await asyncio.gather(*(_ask(client, url) for url in urls.values()))
    return dict(zip(urls, answers, strict=True))


async def _ask(client: httpx.AsyncClient, url: str) -> str:
    try:
        answer = await client.get(f"{url}/readyz")
    except httpx.ConnectError:
        return "does not listen"
    except httpx.TimeoutException:
        return f"does not answer within {_TIMEOUT.read:.0f} s"
    except httpx.HTTPError as error:
        return type(error).__name__
    return "ready" if answer.status_code == httpx.codes.OK else f"answers {answer.status_code}"
