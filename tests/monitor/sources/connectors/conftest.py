"""A reading as a worker does it, without the database: an order in, a harvest out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.monitor.sources.address_guard import GuardedTransport
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.registry import KINDS
from services.monitor.sources.fetching import Manners, open_fetcher
from services.monitor.sources.kinds import SourceKind
from services.monitor.sources.web import Web
from shared.ids import new_id

Read = Callable[..., Awaitable[Harvest]]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """The world, where private addresses are open and patience is short."""
    transport = GuardedTransport(allow_private=True)
    async with open_fetcher(transport, Manners(step=1.0, whole=2.0)) as fetcher:
        yield Web(fetcher=fetcher, guard=transport.guard, seconds=8.0)


@pytest.fixture
def read(web: Web) -> Read:
    """`await read("mastodon", url, {...}, after=harvest)`: one reading; `after` goes on from it."""
    source = new_id()
    # Of this test alone: a connector keeps its sessions.
    connectors = {name: type(row.connector)() for name, row in KINDS.items() if row.connector}

    async def once(
        kind: str,
        url: str,
        settings: dict[str, Any] | None = None,
        credentials: dict[str, str] | None = None,
        *,
        after: Harvest | None = None,
        seconds: float | None = None,
        **changes: Any,
    ) -> Harvest:
        row = KINDS[SourceKind(kind)]
        order = Order(
            source_id=source,
            version=1,
            url=url,
            platform=row.platform,
            now=datetime.now(UTC),
            settings=row.settings.model_validate(settings or {}),
            credentials=(
                row.credentials.model_validate(credentials)
                if row.credentials and credentials
                else None
            ),
            cursor=after.cursor if after else None,
            **changes,
        )
        allowed = replace(web, seconds=seconds) if seconds else web
        harvest = await connectors[SourceKind(kind)].collect(order, allowed)
        assert harvest is not None
        return harvest

    return once


def ids(harvest: Harvest) -> list[str]:
    """The ids of what was harvested."""
    return [post.external_id for post in (*harvest.posts.dated, *harvest.posts.undated)]


def texts(harvest: Harvest) -> list[str]:
    """The texts of what was harvested."""
    return [post.text for post in (*harvest.posts.dated, *harvest.posts.undated)]
