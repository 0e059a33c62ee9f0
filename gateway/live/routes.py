"""The live stream of events."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from gateway.live.cursor import Cursor
from gateway.live.feed import LIVE_TYPES, Feed
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.errors import Invalid
from shared.http import CurrentRuntime, room_router

router = room_router("/events", "events")

# Whether the caller still may listen is asked this often, in seconds; every third time that nothing
# happened a comment shows that the line holds.
_PATIENCE = 5.0
_QUIET_TURNS = 3
_RETRY_MILLISECONDS = 2000

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Holds = Callable[[], Awaitable[bool]]

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events, until the caller hangs up",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": (
                    "event: WarningRaised\nid: 8213-417\n"
                    'data: {"type": "WarningRaised", "occurred_at": "2026-11-01T21:09:12+00:00", '
                    '"request_id": "019a", "data": {"level": "orange"}}\n\n'
                ),
            }
        },
    }
}


@router.get(
    "",
    operation_id="events_stream",
    response_class=StreamingResponse,
    responses=_STREAM,
)
async def stream_events(
    request: Request,
    runtime: CurrentRuntime,
    _: Viewer,
    type: Annotated[list[str] | None, Query(description="Only these events")] = None,
    last_event_id: Annotated[
        str | None, Header(description="Go on behind this event: browsers send it by themselves")
    ] = None,
    last_event_id_query: Annotated[
        str | None,
        Query(alias="last_event_id", description="The same, where headers cannot be set"),
    ] = None,
) -> StreamingResponse:
    """What happens in the house, as it happens (server-sent events).

    Without `Last-Event-ID` the stream begins now. With it, it begins behind that event, so that
    nothing is missed over a break.
    """
    feed: Feed = runtime.resources.feed
    types = _types(type)
    now = await feed.now()
    given = last_event_id or last_event_id_query
    # An id ahead of now comes from another database: waiting for it would be waiting for ever.
    start = min(_cursor(given), now) if given else now
    holds: Holds = request.scope["groundswell.holds"]
    return StreamingResponse(
        _frames(feed, start, types, holds),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _frames(
    feed: Feed, cursor: Cursor, types: frozenset[str], holds: Holds
) -> AsyncIterator[bytes]:
    with feed.listening():
        # An id without data is remembered by the browser, and not told to the page: from now on a
        # break misses nothing, even before the first event.
        yield format_sse_event(id=str(cursor), retry=_RETRY_MILLISECONDS)
        quiet = 0
        while not feed.closing and await holds():
            events, cursor = await feed.after(cursor, types, _PATIENCE)
            quiet = 0 if events else quiet + 1
            if events:
                yield b"".join(event.frame for event in events)
            elif quiet % _QUIET_TURNS == 0:
                yield format_sse_event(id=str(cursor), comment="quiet")


def _types(wanted: list[str] | None) -> frozenset[str]:
    unknown = sorted(set(wanted or ()) - LIVE_TYPES)
    if unknown:
        raise Invalid(f"query type: there is no live event named {unknown[0]!a}.")
    return frozenset(wanted) if wanted else LIVE_TYPES


def _cursor(text: str) -> Cursor:
    cursor = Cursor.read(text)
    if cursor is None:
        raise Invalid(f"Last-Event-ID: {text[:60]!a} is no id of this stream. Leave it out.")
    return cursor
