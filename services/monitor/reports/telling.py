"""Somebody tells what they saw: it becomes a report, and a post like any other.

Nothing here commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.officers.service import active_officer
from services.monitor.pictures.models import Picture
from services.monitor.posts.intake import take_in
from services.monitor.posts.schemas import Outcome, PostNew
from services.monitor.reports.links import find_link, link_key, platform_of, without_link
from services.monitor.reports.models import Report, ReportState, Telling, Urgency
from services.monitor.reports.triage import NOT_LOOKED_INTO, higher
from shared.contracts.actors import ActorRef
from shared.contracts.posts import OriginKind, PostOrigin
from shared.contracts.reports import UrgentReportReceived
from shared.db import database_now
from shared.errors import Invalid
from shared.events import emit
from shared.ids import new_id

# What counts as a platform where there is no link.
STAFF = "staff"
# So much of a report goes into messages and records.
EXCERPT = 300
# A form that is sent twice says the same within this time.
_TWICE = timedelta(minutes=10)


@dataclass(frozen=True)
class Piece:
    """What a page says, where more is known of it than somebody's words. `published_at` is none
    where it is of today, or does not say."""

    text: str
    title: str | None = None
    author: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """What somebody tells; `by` is None for the unknown, `pictures` are drawn and not yet kept.
    `piece` is what the post says then, instead of `text`."""

    kind: OriginKind
    by: ActorRef | None
    link: str = ""
    text: str = ""
    concerns: str | None = None
    urgency: Urgency = Urgency.NORMAL
    pictures: Sequence[Picture] = field(default_factory=tuple)
    piece: Piece | None = None


@dataclass(frozen=True)
class Receipt:
    """The report that something told went into; `folded`: others had told of it."""

    report: Report
    telling: Telling
    folded: bool


async def tell(session: AsyncSession, told: Told) -> Receipt:
    """Keep what somebody tells. The same link is one report, however many tell of it; the same
    person saying the same again changes nothing.

    Raises:
        Invalid: the text cannot be a post.
    """
    now = await database_now(session)
    link = find_link(told.link)
    words = told.text or without_link(told.link)
    earlier = await _said_already(session, told, link, words, now)
    if earlier is not None:
        return earlier
    report, new = await _report_of(session, told, link, now)
    telling = await _add_telling(session, report, told, link, words, now)
    session.add_all(told.pictures)
    telling.pictures = [picture.id for picture in told.pictures]
    if words and not report.text:
        await put_into_words(session, report, words, told.piece)
    elif link and report.post_id is None:
        await _bring(session, report, Piece(link))
    await session.flush()
    return Receipt(report, telling, folded=not new)


async def put_into_words(
    session: AsyncSession, report: Report, words: str, piece: Piece | None = None
) -> None:
    """Say what a report is about; its post says so too, or what the `piece` says.

    Raises:
        Invalid: the text cannot be a post.
    """
    report.text = words
    await _bring(session, report, piece or Piece(words))


async def _bring(session: AsyncSession, report: Report, piece: Piece) -> None:
    post = PostNew(
        external_id=report.link_key or f"report:{report.id}",
        platform=report.platform,
        title=piece.title,
        text=piece.text,
        author=piece.author,
        url=report.link,
        published_at=piece.published_at or report.first_told_at,
    )
    await bring_post(session, report, post)


async def bring_post(session: AsyncSession, report: Report, post: PostNew) -> None:
    """Take in the post of a report, with its origin.

    Raises:
        Invalid: it cannot be a post.
    """
    origin = PostOrigin(kind=report.kind, reference=report.id)
    result = (await take_in(session, [post], origin=origin))[0]
    if result.status is Outcome.REJECTED:
        raise Invalid(f"This cannot be taken: {result.reason}.")
    report.post_id = result.id


async def _report_of(
    session: AsyncSession, told: Told, link: str | None, now: datetime
) -> tuple[Report, bool]:
    """The report of a link, locked, and whether it is new; without a link always a new one."""
    key = link_key(link) if link else None
    values = {
        "id": new_id(),
        "kind": told.kind,
        "platform": platform_of(link) if link else STAFF,
        "link": link,
        "link_key": key,
        "text": "",
        "urgency": told.urgency,
        "reporters": 0,
        "anonymous": 0,
        "first_told_at": now,
        "last_told_at": now,
        "state": ReportState.NEW,
    }
    # Two colleagues at the same moment: one inserts, the other waits here and finds it.
    made = await session.scalar(
        insert(Report)
        .values(values)
        .on_conflict_do_nothing(index_elements=["link_key"])
        .returning(Report.id)
    )
    wanted = Report.id == made if made else Report.link_key == key
    report = (await session.scalars(select(Report).where(wanted).with_for_update())).one()
    return report, made is not None


async def _add_telling(
    session: AsyncSession,
    report: Report,
    told: Told,
    link: str | None,
    words: str,
    now: datetime,
) -> Telling:
    by = told.by
    officer = await active_officer(session, by.id) if by else None
    kind = told.kind
    if officer is not None and kind is OriginKind.STAFF_REPORT:
        kind = OriginKind.OFFICER_REPORT
        if report.reporters + report.anonymous == 0:
            report.kind = kind
    if by is None:
        report.anonymous += 1
    elif not await _told_before(session, report.id, by.id):
        report.reporters += 1
    await _tell_of_urgency(session, report, told, words)
    report.urgency = higher(report.urgency, told.urgency)
    report.last_told_at = now
    telling = Telling(
        report_id=report.id,
        kind=kind,
        teller=by.id if by else None,
        told_by=by.model_dump(mode="json") if by else None,
        officer_id=officer.id if officer else None,
        link=link,
        text=words,
        concerns=told.concerns,
        urgency=told.urgency,
        told_at=now,
    )
    session.add(telling)
    return telling


async def _tell_of_urgency(session: AsyncSession, report: Report, told: Told, words: str) -> None:
    """Once a report, and only where somebody who is known feels so. What was dismissed before is
    looked at anew."""
    if told.by is None or told.urgency is not Urgency.HIGH:
        return
    if report.state not in NOT_LOOKED_INTO or await _felt_urgent(session, report.id):
        return
    report.state = ReportState.NEW
    await emit(
        session,
        UrgentReportReceived(
            report_id=report.id,
            origin=told.kind,
            platform=report.platform,
            excerpt=(words or report.text or report.link or told.concerns or "")[:EXCERPT],
        ),
    )


async def _felt_urgent(session: AsyncSession, report_id: UUID) -> bool:
    felt = exists().where(
        Telling.report_id == report_id,
        Telling.urgency == Urgency.HIGH,
        Telling.teller.is_not(None),
    )
    return bool(await session.scalar(select(felt)))


async def _told_before(session: AsyncSession, report_id: UUID, teller: str) -> bool:
    told = exists().where(Telling.report_id == report_id, Telling.teller == teller)
    return bool(await session.scalar(select(told)))


async def _said_already(
    session: AsyncSession,
    told: Told,
    link: str | None,
    words: str,
    now: datetime,
) -> Receipt | None:
    """What the same person said a moment ago, where it was the very same."""
    if told.by is None:
        return None
    recent = await session.scalars(
        select(Telling)
        .where(
            Telling.teller == told.by.id,
            Telling.told_at > now - _TWICE,
            Telling.text == words,
            Telling.link.is_not_distinct_from(link),
        )
        .order_by(Telling.id.desc())
        .limit(20)
    )
    sent = {picture.sent_sha256 for picture in told.pictures}
    for telling in recent:
        kept = await session.scalars(
            select(Picture.sent_sha256).where(Picture.id.in_(telling.pictures))
        )
        if set(kept) == sent:
            report = await session.get_one(Report, telling.report_id)
            return Receipt(report, telling, folded=report.reporters + report.anonymous > 1)
    return None
