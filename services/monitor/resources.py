"""What a process of the monitor holds besides the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from services.monitor.aftermath.following import Following
from services.monitor.alerts.alerters import Alerter, ChannelAlerter, WebhookAlerter
from services.monitor.pictures.drawing import Easel
from services.monitor.places import Places
from services.monitor.posts.valve import Valve
from services.monitor.sources.address_guard import GuardedTransport
from services.monitor.sources.fetching import open_fetcher
from services.monitor.sources.watched import WatchedPosts
from services.monitor.sources.web import Web
from services.monitor.tracking.memory import Memory
from shared.errors import ConfigurationError
from shared.settings import Settings
from shared.signatures import read_secret


@dataclass
class ApiResources:
    """What the API of the monitor holds: `web` is for trying sources out and for links that people
    paste, as many at once as have `readers`; `valve` refuses posts while too many wait; `easel` is
    where pictures are drawn anew."""

    web: Web
    valve: Valve = field(default_factory=Valve)
    easel: Easel = field(default_factory=Easel)
    readers: Places = field(default_factory=lambda: Places(at_once=3, waiting=0))


@asynccontextmanager
async def open_api_resources(settings: Settings) -> AsyncIterator[ApiResources]:
    """The resources of one API process."""
    async with _open_web(settings) as web:
        yield ApiResources(web=web)


@dataclass
class MonitorResources:
    """What a worker of the monitor holds.

    `web`: what sources are read through; `watched`: what of a stream is kept; `memory`: the stories
    that its tracker knows; `webhook`: that of the settings, for alerts; `channels`: sends those
    that administrators keep.
    """

    web: Web
    watched: WatchedPosts = field(default_factory=WatchedPosts)
    memory: Memory = field(default_factory=Memory)
    following: Following = field(default_factory=Following)
    webhook: Alerter | None = None
    channels: Alerter | None = None


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[MonitorResources]:
    """The resources of one worker.

    Raises:
        ConfigurationError: the secret that signs alerts is not one.
    """
    receivers = GuardedTransport(allow_private=settings.allow_private_receivers)
    async with (
        _open_web(settings) as web,
        httpx.AsyncClient(trust_env=False) as client,
        httpx.AsyncClient(transport=receivers, trust_env=False) as guarded,
    ):
        yield MonitorResources(
            webhook=_webhook(settings, client),
            channels=ChannelAlerter(guarded, allow_private=settings.allow_private_receivers),
            web=web,
        )


@asynccontextmanager
async def _open_web(settings: Settings) -> AsyncIterator[Web]:
    transport = GuardedTransport(allow_private=settings.allow_private_sources)
    async with open_fetcher(transport) as fetcher:
        yield Web(fetcher=fetcher, guard=transport.guard, pace=settings.source_pace_seconds)


def _webhook(settings: Settings, client: httpx.AsyncClient) -> Alerter | None:
    if not settings.alert_webhook_url:
        return None
    secret = settings.alert_webhook_secret
    try:
        key = read_secret(secret.get_secret_value()) if secret else None
    except ValueError as error:
        raise ConfigurationError(
            f"GROUNDSWELL_ALERT_WEBHOOK_SECRET does not fit: {error}. Write whsec_ and 24 to 64 "
            "random bytes in base64."
        ) from None
    return WebhookAlerter(client, settings.alert_webhook_url, key=key)
