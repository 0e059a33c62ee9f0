"""Reading reports, with who told of them and where their posts went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.pictures.schemas import PictureOut
from services.monitor.pictures.service import describe_pictures
from services.monitor.posts.models import Mention
from services.monitor.reports.models import Report, ReportState, Telling, Urgency
from services.monitor.reports.schemas import OwnReportOut, ReportOut, TellingOut
from shared.contracts.posts import OriginKind
from shared.paging import Paging
from shared.rows import find_row

_MOST_TELLINGS = 50


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports are wanted; None asks for all."""

    state: Sequence[ReportState] | None = None
    kind: Sequence[OriginKind] | None = None
    urgency: Urgency | None = None
    post: UUID | None = None


async def list_reports(
    session: AsyncSession, page: Paging, wanted: ReportFilter
) -> tuple[list[ReportOut], str | None]:
    """One page of reports, newest first, and the cursor of the next."""
    query = select(Report)
    if wanted.state:
        query = query.where(Report.state.in_(wanted.state))
    if wanted.kind:
        query = query.where(Report.kind.in_(wanted.kind))
    if wanted.urgency is not None:
        query = query.where(Report.urgency == wanted.urgency)
    if wanted.post is not None:
        query = query.where(Report.post_id == wanted.post)
    rows, cursor = await page.rows(session, query, Report.id)
    return await complete(session, rows), cursor


async def get_report(session: AsyncSession, report_id: UUID) -> ReportOut:
    """One report.

    Raises:
        NotFound: there is none with this id.
    """
    report = await find_row(session, Report, report_id, "report")
    return (await complete(session, [report]))[0]


async def own_reports(
    session: AsyncSession, page: Paging, actor_id: str
) -> tuple[list[OwnReportOut], str | None]:
    """What somebody told, newest first, and what became of it."""
    mine = select(Telling).where(Telling.teller == actor_id)
    tellings, cursor = await page.rows(session, mine, Telling.id)
    wanted = {telling.report_id for telling in tellings}
    reports = {
        report.id: report
        for report in await session.scalars(select(Report).where(Report.id.in_(wanted)))
    }
    mentions = await _mentions(session, list(reports.values()))
    pictures = await describe_pictures(
        session, (picture for telling in tellings for picture in telling.pictures)
    )
    shown = [_own(told, reports[told.report_id], mentions, pictures) for told in tellings]
    return shown, cursor


async def complete(session: AsyncSession, reports: Sequence[Report]) -> list[ReportOut]:
    """Add tellings, pictures and mentions: three queries, however many reports."""
    number = func.row_number().over(partition_by=Telling.report_id, order_by=Telling.id)
    ranked = (
        select(Telling.id, number.label("number"))
        .where(Telling.report_id.in_([report.id for report in reports]))
        .subquery()
    )
    tellings = (
        await session.scalars(
            select(Telling)
            .join(ranked, ranked.c.id == Telling.id)
            .where(ranked.c.number <= _MOST_TELLINGS)
            .order_by(Telling.id)
        )
    ).all()
    pictures = await describe_pictures(
        session, (picture for telling in tellings for picture in telling.pictures)
    )
    told: dict[UUID, list[TellingOut]] = {}
    for telling in tellings:
        told.setdefault(telling.report_id, []).append(_telling(telling, pictures))
    mentions = await _mentions(session, reports)
    return [_shown(report, told.get(report.id, []), mentions) for report in reports]


async def _mentions(session: AsyncSession, reports: Sequence[Report]) -> dict[UUID, Any]:
    rows = await session.execute(
        select(
            Mention.post_id,
            func.array_agg(Mention.watch_id.distinct()).label("watches"),
            func.array_agg(Mention.story_id.distinct()).label("stories"),
        )
        .where(Mention.post_id.in_([report.post_id for report in reports if report.post_id]))
        .group_by(Mention.post_id)
    )
    return {row.post_id: row for row in rows}


def _telling(telling: Telling, pictures: dict[UUID, PictureOut]) -> TellingOut:
    values = {name: getattr(telling, name) for name in TellingOut.model_fields}
    values["pictures"] = [pictures[found] for found in telling.pictures if found in pictures]
    return TellingOut.model_validate(values)


def _shown(report: Report, tellings: list[TellingOut], mentions: dict[UUID, Any]) -> ReportOut:
    mention = mentions.get(report.post_id) if report.post_id else None
    added = {
        "tellings": tellings,
        "watch_ids": list(mention.watches) if mention else [],
        "story_ids": [story for story in mention.stories if story] if mention else [],
    }
    values = {name: getattr(report, name) for name in ReportOut.model_fields if name not in added}
    return ReportOut.model_validate(values | added)


def _own(
    telling: Telling,
    report: Report,
    mentions: dict[UUID, Any],
    pictures: dict[UUID, PictureOut],
) -> OwnReportOut:
    return OwnReportOut(
        id=telling.id,
        report_id=report.id,
        told_at=telling.told_at,
        link=telling.link,
        text=telling.text,
        concerns=telling.concerns,
        urgency=telling.urgency,
        platform=report.platform,
        pictures=[
            picture
            for picture in telling.pictures
            if picture in pictures and pictures[picture].erased_at is None
        ],
        reporters=report.reporters,
        anonymous=report.anonymous,
        watched=report.post_id in mentions,
        state=report.state,
        reason=report.reason,
        handled_at=report.handled_at,
    )
