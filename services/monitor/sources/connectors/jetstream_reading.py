"""A slice of Jetstream: from the cursor on, until it has caught up or its time is over.

A stream without an end does not fit into a lane where readings end within seconds, and a connection
that is kept would be kept by one worker alone. A server replays from a cursor, so a slice once a
minute hears everything, and any worker can read it.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus

from services.monitor.sources.connectors.api import posts_of
from services.monitor.sources.connectors.bluesky import COLLECTION
from services.monitor.sources.connectors.connecting import open_socket
from services.monitor.sources.connectors.jetstream import REWIND, JetstreamSettings, Slice
from services.monitor.sources.connectors.protocol import Harvest, Order
from services.monitor.sources.connectors.values import NoJsonError, as_number, at, read_json
from services.monitor.sources.fetching import USER_AGENT, FetchError
from services.monitor.sources.web import Web

_LARGEST = 128 * 1024
_OPENING = 6.0
# A stream that says nothing for so long has caught up, in seconds.
_SILENCE = 3.0
# What is left of a reading for storing its posts, in seconds.
_RESERVE = 4.0
# The first slice begins so long ago, in microseconds.
_FIRST = 60_000_000


class JetstreamConnector:
    """Hears the posts of the network since the last slice."""

    async def collect(self, order: Order, web: Web) -> Harvest | None:
        """Hear what came since `order.cursor`.

        Raises:
            FetchError: the server cannot be reached, or breaks off before it says anything.
        """
        ends_at = time.monotonic() + web.seconds - _RESERVE
        now = int(order.now.timestamp() * 1_000_000)
        known = as_number(at(order.cursor, "time_us"))
        slice = Slice(
            settings=order.settings_as(JetstreamSettings),
            watched=order.watched,
            now=now,
            cursor=min(known, now) if known else now - _FIRST,
        )
        try:
            async with _stream(order, web, slice.cursor - REWIND) as stream:
                over = await _hear(stream, slice, ends_at)
        except (ConnectionClosed, OSError) as error:
            if not slice.heard:
                raise FetchError("The server broke off before it said anything.") from error
            over = True
        posts = posts_of(list(slice.kept.values()), order)
        return Harvest(
            posts=replace(posts, skipped=posts.skipped + slice.unreadable),
            cursor={"time_us": slice.cursor},
            more=not over,
            gone=frozenset(slice.gone),
            gone_accounts=frozenset(slice.gone_accounts),
        )


@asynccontextmanager
async def _stream(order: Order, web: Web, cursor: int) -> AsyncIterator[ClientConnection]:
    url = httpx.URL(order.url)
    asked = {
        "wantedCollections": COLLECTION,
        "cursor": str(cursor),
        "maxMessageSizeBytes": str(_LARGEST),
    }
    opened, _ = await open_socket(web.guard, url)
    stream = None
    try:
        # With a socket of our own it follows no redirect, and asks for the name in the URL.
        stream = await connect(
            str(url.copy_merge_params(asked)),
            sock=opened,
            proxy=None,
            compression=None,
            user_agent_header=USER_AGENT,
            max_size=_LARGEST,
            open_timeout=_OPENING,
            close_timeout=1.0,
            ping_interval=None,
        )
    except InvalidStatus as error:
        raise FetchError(
            f"The server answered {error.response.status_code} instead of a stream.",
            status=error.response.status_code,
        ) from error
    except (InvalidHandshake, InvalidMessage, OSError, ValueError) as error:
        raise FetchError("The server does not open a stream.") from error
    finally:
        # What was opened belongs to the stream now, or to nobody.
        if stream is None:
            opened.close()
    async with stream:
        yield stream


async def _hear(stream: ClientConnection, slice: Slice, ends_at: float) -> bool:
    """Listen; True if the stream has nothing more that is older than this slice."""
    while not slice.caught_up:
        left = ends_at - time.monotonic()
        if left <= 0 or slice.full:
            return False
        try:
            async with asyncio.timeout(min(left, _SILENCE)):
                said = await stream.recv()
        except TimeoutError:
            return left > _SILENCE
        try:
            slice.hear(read_json(said.encode() if isinstance(said, str) else said))
        except NoJsonError:
            slice.unreadable += 1
    return True
