"""A link that somebody of the monitoring group pasted becomes a post. Nothing here commits.

It is a report by hand: who else tells of the same link tells of the same post.
"""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.places import Places
from services.monitor.reports.links import find_link, link_key
from services.monitor.reports.models import Report, ReportState
from services.monitor.reports.schemas import PastedLinkNew
from services.monitor.reports.telling import EXCERPT, Piece, Told, tell
from services.monitor.sources.articles import read_article
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web
from shared.contracts.actors import ActorRef
from shared.contracts.posts import OriginKind
from shared.errors import Invalid

# Somebody waits for the answer.
_SECONDS = 20.0
_LONGEST_TEXT = 100_000
_LONGEST_LINE = 300
_DAY = timedelta(days=1)


async def bring_link(
    session: AsyncSession, web: Web, readers: Places, new: PastedLinkNew, by: ActorRef
) -> tuple[UUID, bool]:
    """The post of a link, and whether it is new. A new one's report is taken up at once.

    Raises:
        Invalid: the page cannot be read, or is no post. Unavailable: too many links are being read.
    """
    link = find_link(new.link) or ""
    known = await _known_post(session, link)
    if known is not None:
        return known, False
    if new.text:
        piece = Piece(new.text, title=new.title)
    else:
        async with readers.one("Many links are being read at this moment."):
            piece = await _read(web, link, new.title)
    words = (piece.title or piece.text)[:EXCERPT]
    told = Told(kind=OriginKind.BY_HAND, by=by, link=link, text=words, piece=piece)
    receipt = await tell(session, told)
    report = receipt.report
    # The same person twice at once tells one thing: then it is taken up already.
    is_new = not receipt.folded and report.state is ReportState.NEW
    if is_new:
        report.state = ReportState.TAKEN_UP
        report.handled_by = by.model_dump(mode="json")
        report.handled_at = report.first_told_at
        await session.flush()
    return cast(UUID, report.post_id), is_new


async def _known_post(session: AsyncSession, link: str) -> UUID | None:
    """The post of a link, where it says something already."""
    query = select(Report.post_id).where(Report.link_key == link_key(link), Report.text != "")
    post_id: UUID | None = await session.scalar(query)
    return post_id


async def _read(web: Web, link: str, title: str | None) -> Piece:
    try:
        async with asyncio.timeout(_SECONDS):
            article = await read_article(web, link)
    except (FetchError, TimeoutError) as error:
        why = str(error) or f"It did not answer within {_SECONDS:.0f} seconds."
        said = f"The page could not be read. {why} Put into text what it says."
        found = {"pointer": "/link", "detail": said, "code": "page_unread"}
        raise Invalid(f"/link: {said}", errors=[found]) from error
    return Piece(
        title=title or _storable(article.title)[:_LONGEST_LINE] or None,
        author=_storable(article.author)[:_LONGEST_LINE] or None,
        text=_storable(article.text)[:_LONGEST_TEXT],
        published_at=day_of(article.date, datetime.now(UTC)),
    )


def day_of(told: str, now: datetime) -> datetime | None:
    """The end of the day that a page tells, in UTC; None where it tells none, or is of these days.

    News of today keep our time: a page says the day at best, and its zone never.
    """
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    end = datetime.combine(day, time.max, tzinfo=UTC)
    return end if end < now - _DAY else None


def _storable(text: str) -> str:
    return text.replace("\x00", "").strip()
