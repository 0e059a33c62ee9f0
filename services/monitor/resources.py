"""What a process of the monitor holds besides the database."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from services.monitor.alerts.alerters import Alerter, WebhookAlerter
from services.monitor.posts.valve import Valve
from services.monitor.sources.address_guard import GuardedTransport
from services.monitor.sources.fetching import open_fetcher
from services.monitor.sources.web import Web
from services.monitor.tracking.memory import Memory
from shared.errors import ConfigurationError
from shared.settings import Settings
from shared.signatures import read_secret


@dataclass
class ApiResources:
    """What the API of the monitor holds: `valve` refuses posts while too many wait."""

    valve: Valve = field(default_factory=Valve)


@asynccontextmanager
async def open_api_resources(settings: Settings) -> AsyncIterator[ApiResources]:
    """The resources of one API process."""
    yield ApiResources()


@dataclass
class MonitorResources:
    """What a worker of the monitor holds.

    `web`: what sources are read through; `memory`: the stories that its tracker knows; `alerters`:
    by the channel that they send on.
    """

    web: Web
    memory: Memory = field(default_factory=Memory)
    alerters: Mapping[str, Alerter] = field(default_factory=dict)


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[MonitorResources]:
    """The resources of one worker.

    Raises:
        ConfigurationError: the secret that signs alerts is not one.
    """
    transport = GuardedTransport(allow_private=settings.allow_private_sources)
    async with open_fetcher(transport) as fetcher, httpx.AsyncClient(trust_env=False) as client:
        yield MonitorResources(
            web=Web(fetcher=fetcher, guard=transport.guard),
            alerters=_alerters(settings, client),
        )


def _alerters(settings: Settings, client: httpx.AsyncClient) -> dict[str, Alerter]:
    if not settings.alert_webhook_url:
        return {}
    secret = settings.alert_webhook_secret
    try:
        key = read_secret(secret.get_secret_value()) if secret else None
    except ValueError as error:
        raise ConfigurationError(
            f"GROUNDSWELL_ALERT_WEBHOOK_SECRET does not fit: {error}. Write whsec_ and 24 to 64 "
            "random bytes in base64."
        ) from None
    webhook = WebhookAlerter(client, settings.alert_webhook_url, key=key)
    return {webhook.name: webhook}
