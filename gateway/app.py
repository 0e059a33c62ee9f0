"""The gateway as an app: the door in front, its own pages behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from gateway.backend import HouseBackend
from gateway.console import ConsoleParts, mount_static
from gateway.door import Door
from gateway.identity.browser import BrowserSessions
from gateway.limits import parse_rate
from shared.app import create_room_app
from shared.auth import IdentitySigner, read_key
from shared.health_page import health_page
from shared.room import RoomDefinition
from shared.settings import Settings


def build_gateway(definition: RoomDefinition, settings: Settings) -> ASGIApp:
    """The app that `groundswell serve gateway` runs.

    Raises:
        ConfigurationError: a key cannot be read, or the rate limit does not read well.
    """
    signer = IdentitySigner(
        read_key(settings.identity_private_key_file, "GROUNDSWELL_IDENTITY_PRIVATE_KEY_FILE")
    )
    parse_rate(settings.rate_limit)
    pages = create_room_app(definition, settings)
    pages.router.redirect_slashes = False
    mount_static(pages)
    pages.state.console = ConsoleParts(
        backend=HouseBackend(pages, signer), sessions=BrowserSessions(pages)
    )
    _serve_health_inside(pages)
    return Door(pages, settings, signer)


def _serve_health_inside(pages: FastAPI) -> None:
    """Metrics are for the inside: they have a port of their own."""
    plain = pages.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with plain(app), health_page(app.state.runtime):
            yield

    pages.router.lifespan_context = lifespan
