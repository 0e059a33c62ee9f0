"""Use cases of reports once they are told. Nothing here commits."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.pictures.models import Picture
from services.monitor.posts.schemas import PostNew
from services.monitor.reports.links import find_link
from services.monitor.reports.models import Report, ReportState, Telling, Urgency
from services.monitor.reports.schemas import MediaNew, ReportLinkingNew
from services.monitor.reports.telling import EXCERPT, bring_post, put_into_words
from services.monitor.reports.triage import Act, decide
from services.monitor.stories.models import StoryRecord
from services.monitor.warnings.models import WarningRecord
from shared.contracts.actors import ActorRef
from shared.contracts.posts import OriginKind
from shared.contracts.reports import ReportLinked
from shared.db import database_now
from shared.errors import Conflict
from shared.events import emit
from shared.rows import find_row


async def take_up(session: AsyncSession, report_id: UUID, words: str, by: ActorRef) -> Report:
    """Look into a report (受理). `words` say what its picture shows, where nobody did yet.

    Raises:
        NotFound: no such report. Conflict: it is linked already. Invalid: words that are no post.
    """
    report = await _handle(session, report_id, Act.TAKE_UP, by)
    report.reason = None
    if words and not report.text:
        await put_into_words(session, report, words)
    return report


async def dismiss_report(session: AsyncSession, report_id: UUID, why: str, by: ActorRef) -> Report:
    """Judge that a report is not relevant; whoever told of it reads why.

    Raises:
        NotFound: no such report.
    """
    report = await _handle(session, report_id, Act.DISMISS, by)
    report.reason = why
    report.story_id = report.warning_id = None
    return report


async def link_report(
    session: AsyncSession, report_id: UUID, new: ReportLinkingNew, by: ActorRef
) -> Report:
    """Say which story or warning a report belongs to. Where that story is warned of, the report
    enters its record.

    Raises:
        NotFound: no such report, story or warning.
    """
    report = await _handle(session, report_id, Act.LINK, by)
    report.reason = None
    warning: WarningRecord | None = None
    if new.warning_id is not None:
        warning = await find_row(session, WarningRecord, new.warning_id, "warning")
        report.story_id = warning.story_id
    elif new.story_id is not None:
        report.story_id = (await find_row(session, StoryRecord, new.story_id, "story")).id
        warned = select(WarningRecord).where(WarningRecord.story_id == report.story_id)
        warning = await session.scalar(warned)
    report.warning_id = warning.id if warning else None
    if warning is not None:
        await emit(
            session,
            ReportLinked(
                warning_id=warning.id,
                report_id=report.id,
                origin=report.kind,
                reporters=report.reporters,
                anonymous=report.anonymous,
                first_told_at=report.first_told_at,
                post_id=report.post_id,
                platform=report.platform,
                link=report.link,
                excerpt=report.text[:EXCERPT],
                by=by,
            ),
        )
    return report


async def enter_media(
    session: AsyncSession, new: MediaNew, pictures: Sequence[Picture], by: ActorRef
) -> Report:
    """Enter a piece of press, radio or television by hand: a post, and a report that is taken up.

    Raises:
        Invalid: the piece cannot be a post.
    """
    now = await database_now(session)
    actor = by.model_dump(mode="json")
    link = find_link(new.link)
    text = new.text or new.title
    report = Report(
        kind=OriginKind.BY_HAND,
        platform=new.medium,
        link=link,
        text=text,
        urgency=Urgency.NORMAL,
        reporters=1,
        first_told_at=now,
        last_told_at=now,
        state=ReportState.TAKEN_UP,
        handled_by=actor,
        handled_at=now,
    )
    telling = Telling(
        report_id=report.id,
        kind=OriginKind.BY_HAND,
        teller=by.id,
        told_by=actor,
        link=link,
        text=text,
        concerns=new.title,
        urgency=Urgency.NORMAL,
        pictures=[picture.id for picture in pictures],
        told_at=now,
    )
    session.add(report)
    await session.flush()
    session.add_all([telling, *pictures])
    post = PostNew(
        external_id=f"report:{report.id}",
        platform=new.medium,
        title=new.title,
        text=new.text,
        url=link,
        author=new.outlet,
        author_followers=new.reach,
        region=new.region[:100] if new.region else None,
        published_at=new.published_at,
    )
    await bring_post(session, report, post)
    await session.flush()
    return report


async def _handle(session: AsyncSession, report_id: UUID, act: Act, by: ActorRef) -> Report:
    report = await find_row(session, Report, report_id, "report", locked=True)
    state = decide(report.state, act)
    if state is None:
        raise Conflict(f"The report is {report.state}: you cannot {act} it any more.")
    report.state = state
    report.handled_by = by.model_dump(mode="json")
    report.handled_at = await database_now(session)
    return report
