"""What the response room opens at its start: the channels that statements are published on."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from services.response.statements.channels.console import ConsoleChannel
from services.response.statements.channels.protocol import Channel
from services.response.statements.channels.webhook import WebhookChannel
from shared.db import Database
from shared.errors import ConfigurationError
from shared.settings import Settings
from shared.signatures import read_secret

# Seconds. Together they stay below what the whole call may take (`publishing.PATIENCE`).
_TIMEOUTS = httpx.Timeout(connect=3, read=6, write=3, pool=3)
# A connection that was kept may be dead, and then nobody knows whether it took the text along.
_FRESH = httpx.Limits(max_keepalive_connections=0)


@dataclass(frozen=True)
class ResponseResources:
    """The channels by name, in the order in which a statement goes out on them."""

    channels: Mapping[str, Channel]


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[ResponseResources]:
    """Open the channels that are configured.

    Raises:
        ConfigurationError: the secret of the webhook is not one.
    """
    # The notice board stands for an outlet outside, so it shares no transaction with the worker.
    database = Database(
        settings.database_url.get_secret_value(),
        pool=2,
        application="groundswell-response-console",
    )
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUTS, limits=_FRESH, trust_env=False) as client:
            channels = [ConsoleChannel(database), *_webhooks(settings, client)]
            yield ResponseResources(channels={channel.name: channel for channel in channels})
    finally:
        await database.close()


def _webhooks(settings: Settings, client: httpx.AsyncClient) -> Iterator[Channel]:
    if settings.statement_webhook_url is None:
        return
    secret = settings.statement_webhook_secret
    try:
        key = read_secret(secret.get_secret_value()) if secret else None
    except ValueError as error:
        raise ConfigurationError(
            f"GROUNDSWELL_STATEMENT_WEBHOOK_SECRET does not fit: {error}. Write whsec_ and 24 to "
            "64 random bytes in base64."
        ) from None
    yield WebhookChannel(
        client,
        settings.statement_webhook_url,
        key=key,
        idempotent=settings.statement_webhook_idempotent,
    )
