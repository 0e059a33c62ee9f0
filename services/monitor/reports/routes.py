"""Endpoints of reports. The address of a kind of things comes before that of one thing."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.monitor.pictures.models import Picture
from services.monitor.pictures.service import draw_pictures
from services.monitor.reports import public_link, queries, service
from services.monitor.reports.models import ReportState, Urgency
from services.monitor.reports.queries import ReportFilter
from services.monitor.reports.schemas import (
    MediaNew,
    OpenLinkOut,
    OwnReportOut,
    PublicReportNew,
    ReceiptOut,
    ReportDismissalNew,
    ReportLinkingNew,
    ReportLinkNew,
    ReportLinkOut,
    ReportNew,
    ReportOut,
    TakeUpNew,
)
from services.monitor.reports.telling import Receipt, Told, tell
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.contracts.posts import OriginKind
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/reports", "reports")

Employee = Annotated[Actor, allow(Permission.SEND_REPORTS)]
PublicPage = Annotated[Actor, allow(Permission.SEND_PUBLIC_REPORTS)]
Monitor = Annotated[Actor, allow(Permission.HANDLE_REPORTS)]
Administrator = Annotated[Actor, allow(Permission.EDIT_REPORT_LINKS)]


@router.post("/staff", status_code=201, operation_id="reports_send")
async def send_report(
    new: ReportNew, session: Session, runtime: CurrentRuntime, response: Response, actor: Employee
) -> ReceiptOut:
    """Report what you saw (员工上报): a link, words or a screenshot. It becomes a post at once, and
    the monitoring group sees it. A link that others reported is counted with theirs."""
    pictures = await draw_pictures(runtime.resources.easel, new.pictures)
    receipt = await tell(session, _told(new, OriginKind.STAFF_REPORT, actor, pictures))
    response.headers["Location"] = f"/api/v1/reports/staff/{receipt.report.id}"
    return _receipt(receipt)


@router.get("/staff", operation_id="reports_list")
async def list_reports(
    session: Session,
    page: PageQuery,
    _: Monitor,
    state: Annotated[list[ReportState] | None, Query(description="Only these states")] = None,
    kind: Annotated[list[OriginKind] | None, Query(description="Only of these origins")] = None,
    urgency: Annotated[Urgency | None, Query()] = None,
    post: Annotated[UUID | None, Query(description="The report of this post")] = None,
) -> Page[ReportOut]:
    """What people told, newest first, and what became of it: the inbox of the monitoring group."""
    wanted = ReportFilter(state=state, kind=kind, urgency=urgency, post=post)
    reports, cursor = await queries.list_reports(session, page, wanted)
    return Page(items=reports, next_cursor=cursor)


@router.get("/staff/{report_id}", operation_id="reports_get")
async def get_report(report_id: UUID, session: Session, _: Monitor) -> ReportOut:
    """One report, with all who told of it."""
    return await queries.get_report(session, report_id)


@router.post("/staff/{report_id}/take-up", operation_id="reports_take_up")
async def take_up_report(
    report_id: UUID, new: TakeUpNew, session: Session, actor: Monitor
) -> ReportOut:
    """Look into a report (受理); say what its picture shows, where nobody did."""
    report = await service.take_up(session, report_id, new.text, actor.ref)
    return (await queries.complete(session, [report]))[0]


@router.post("/staff/{report_id}/dismiss", operation_id="reports_dismiss")
async def dismiss_report(
    report_id: UUID, new: ReportDismissalNew, session: Session, actor: Monitor
) -> ReportOut:
    """Judge that a report is not relevant (不相关), and say why to those who sent it."""
    report = await service.dismiss_report(session, report_id, new.reason, actor.ref)
    return (await queries.complete(session, [report]))[0]


@router.post("/staff/{report_id}/link", operation_id="reports_link")
async def link_report(
    report_id: UUID, new: ReportLinkingNew, session: Session, actor: Monitor
) -> ReportOut:
    """Say which story or warning a report belongs to; it enters the record of that warning."""
    report = await service.link_report(session, report_id, new, actor.ref)
    return (await queries.complete(session, [report]))[0]


@router.get("/mine", operation_id="reports_mine")
async def list_own_reports(
    session: Session, page: PageQuery, actor: Employee
) -> Page[OwnReportOut]:
    """What you reported, newest first, and what became of it."""
    reports, cursor = await queries.own_reports(session, page, actor.id)
    return Page(items=reports, next_cursor=cursor)


@router.post("/media", status_code=201, operation_id="reports_enter_media")
async def enter_media(
    new: MediaNew, session: Session, runtime: CurrentRuntime, actor: Monitor
) -> ReportOut:
    """Enter a piece of press, radio or television by hand (报刊、广播、电视); it becomes a post."""
    pictures = await draw_pictures(runtime.resources.easel, new.pictures)
    report = await service.enter_media(session, new, pictures, actor.ref)
    return (await queries.complete(session, [report]))[0]


@router.post("/public", status_code=201, operation_id="reports_send_publicly")
async def send_public_report(
    new: PublicReportNew, session: Session, runtime: CurrentRuntime, _: PublicPage
) -> ReceiptOut:
    """Hand on what somebody reported through the public link, without a name."""
    secret = runtime.settings.signing_secret
    await public_link.find_open_link(session, new.token, secret)
    pictures = await draw_pictures(runtime.resources.easel, new.pictures)
    await public_link.use_link(session, new.token, new.sender, secret)
    receipt = await tell(session, _told(new, OriginKind.PUBLIC_REPORT, None, pictures))
    return _receipt(receipt)


@router.get("/public/{token}", operation_id="report_link_check")
async def check_link(
    token: str, session: Session, runtime: CurrentRuntime, _: PublicPage
) -> OpenLinkOut:
    """Whether a public link is open; 404 where it is not."""
    await public_link.find_open_link(session, token, runtime.settings.signing_secret)
    return OpenLinkOut()


@router.get("/link", operation_id="report_link_get")
async def get_link(session: Session, runtime: CurrentRuntime, _: Administrator) -> ReportLinkOut:
    """The public link that is open; its page needs no sign-in."""
    return await public_link.show_link(session, runtime.settings.signing_secret)


@router.post("/link", status_code=201, operation_id="report_link_open")
async def open_link(
    new: ReportLinkNew, session: Session, runtime: CurrentRuntime, actor: Administrator
) -> ReportLinkOut:
    """Open a public link; the one before it, if any, ends at once."""
    await public_link.open_link(session, new.hourly_limit, actor.ref)
    return await public_link.show_link(session, runtime.settings.signing_secret)


@router.delete("/link", status_code=204, operation_id="report_link_close")
async def close_link(session: Session, _: Administrator) -> None:
    """Close the public link."""
    await public_link.close_link(session)


def _told(
    new: ReportNew, kind: OriginKind, actor: Actor | None, pictures: Sequence[Picture]
) -> Told:
    return Told(
        kind=kind,
        by=actor.ref if actor else None,
        link=new.link,
        text=new.text,
        concerns=new.concerns,
        urgency=new.urgency,
        pictures=pictures,
    )


def _receipt(receipt: Receipt) -> ReceiptOut:
    report = receipt.report
    return ReceiptOut(
        report_id=report.id,
        telling_id=receipt.telling.id,
        post_id=report.post_id,
        platform=report.platform,
        folded=receipt.folded,
        reporters=report.reporters,
        anonymous=report.anonymous,
        state=report.state,
    )
