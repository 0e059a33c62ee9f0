"""Trying a source out before it is saved: what would it bring?"""

from uuid import UUID

from services.monitor.sources.connectors.protocol import NO_POSTS, Order
from services.monitor.sources.credentials import open_credentials
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.models import Source
from services.monitor.sources.schemas import PreviewOut, SourceNew
from services.monitor.sources.sites import RecordedSites
from services.monitor.sources.watched import WatchedPosts
from services.monitor.sources.wishes import Wish, read_wish, same_site
from shared.db import database_now
from shared.errors import Conflict
from shared.ids import new_id
from shared.rows import find_row
from shared.runtime import Runtime
from shared.sealing import SealBroken, Sealer

_SHOWN = 10


async def try_source(runtime: Runtime, new: SourceNew, source_id: UUID | None) -> PreviewOut:
    """What a source written like this would bring now. `source_id` lends it the credentials of a
    source that is there, if they are for the same site.

    Raises:
        NotFound: there is no such source. Invalid: it cannot be a source.
        Conflict: its kind is never read, or there is no key for credentials.
    """
    wish = read_wish(new, source_id or new_id(), runtime.settings)
    connector = wish.kind.connector
    if connector is None:
        raise Conflict("A source of this kind sends by itself: there is nothing to read.")
    order = await _order(runtime, new, wish, source_id)
    web = runtime.resources.web.shared_by(RecordedSites(runtime.transaction))
    try:
        harvest = await connector.collect(order, web)
    except FetchError as error:
        return PreviewOut(error=str(error), found=0, undated=0, skipped=0, posts=[])
    posts = harvest.posts if harvest else NO_POSTS
    together = [*posts.dated, *posts.undated]
    return PreviewOut(
        error=None,
        found=len(together),
        undated=len(posts.undated),
        skipped=posts.skipped,
        posts=together[:_SHOWN],
    )


async def _order(runtime: Runtime, new: SourceNew, wish: Wish, source_id: UUID | None) -> Order:
    # A transaction of its own: none stays open while the site is asked.
    async with runtime.transaction() as session:
        credentials = wish.credentials
        if source_id is not None and credentials is None and wish.kind.credentials is not None:
            source = await find_row(session, Source, source_id, "source")
            theirs = source.kind == new.kind and same_site(source.url, wish.url)
            if theirs and source.credentials is not None:
                sealer = Sealer.of(runtime.settings)
                try:
                    opened = open_credentials(sealer, source.id, source.credentials)
                except SealBroken as error:
                    raise Conflict(str(error)) from error
                credentials = wish.kind.credentials.model_validate(opened)
        tried = source_id or new_id()
        return Order(
            source_id=tried,
            version=0,
            url=wish.url,
            platform=wish.platform,
            now=await database_now(session),
            settings=wish.kind.settings.model_validate(wish.settings),
            credentials=credentials,
            watched=await WatchedPosts().current(session, source_id=tried, platform=wish.platform),
            obeys_robots=wish.kind.robots and new.robots_reason is None,
        )
