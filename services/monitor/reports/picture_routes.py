"""Endpoints of the pictures of reports."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from services.monitor.pictures.schemas import PictureErasureNew, PictureOut, PictureViewOut
from services.monitor.pictures.service import describe_pictures
from services.monitor.reports import picture_access
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/reports/pictures", "reports")

Monitor = Annotated[Actor, allow(Permission.HANDLE_REPORTS)]
Seer = Annotated[Actor, allow(Permission.HANDLE_REPORTS, Permission.SEND_REPORTS)]


@router.get(
    "/{picture_id}",
    operation_id="report_picture_get",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}},
        304: {"description": "It is the one that `If-None-Match` names"},
    },
)
async def get_picture(
    picture_id: UUID,
    session: Session,
    actor: Seer,
    if_none_match: Annotated[str | None, Header(description="The ETag that was read")] = None,
) -> Response:
    """A picture of a report, for those who handle reports and for whoever sent it. That they looked
    at it is kept."""
    picture = await picture_access.show_picture(session, picture_id, actor)
    form = picture.media_type.partition("/")[2]
    tag = f'"{picture.sha256.hex()}"'
    headers = {
        "Content-Disposition": f'attachment; filename="picture-{picture.id}.{form}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        # Asked for each time: whoever is signed out, or looks after it was erased, sees nothing.
        "Cache-Control": "private, no-cache",
        "ETag": tag,
    }
    if if_none_match == tag:
        return Response(status_code=304, headers=headers)
    return Response(picture.content, media_type=picture.media_type, headers=headers)


@router.get("/{picture_id}/views", operation_id="report_picture_views")
async def list_picture_views(
    picture_id: UUID, session: Session, page: PageQuery, _: Monitor
) -> Page[PictureViewOut]:
    """Who looked at a picture, the latest first."""
    views, cursor = await picture_access.list_views(session, page, picture_id)
    return Page(items=views, next_cursor=cursor)


@router.post("/{picture_id}/erase", operation_id="report_picture_erase")
async def erase_picture(
    picture_id: UUID, new: PictureErasureNew, session: Session, actor: Monitor
) -> PictureOut:
    """Erase what a picture shows (删除图片), with a reason that stays; not where it is evidence."""
    await picture_access.erase_picture(session, picture_id, new.reason, actor.ref)
    return (await describe_pictures(session, [picture_id]))[picture_id]
