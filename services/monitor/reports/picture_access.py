"""Pictures show people: who may see one, who did, and how it is erased. Nothing here commits."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.pictures.models import Picture, PictureView
from services.monitor.pictures.schemas import PictureViewOut
from services.monitor.pictures.service import load_picture
from services.monitor.posts.models import Mention
from services.monitor.reports.models import Report, ReportState, Telling
from services.monitor.warnings.models import WarningRecord
from shared.contracts.actors import Actor, ActorRef, Permission
from shared.db import database_now
from shared.errors import Conflict, NotFound
from shared.paging import Paging
from shared.rows import find_row

# A page shows a picture many times: this is one look.
_ONE_LOOK = timedelta(hours=1)


def is_evidence() -> ColumnElement[bool]:
    """Of a row of `Report`: a person linked it, or an incident grew out of its story."""
    grew = exists().where(
        Mention.post_id == Report.post_id,
        Mention.story_id == WarningRecord.story_id,
        WarningRecord.incident_id.is_not(None),
    )
    return or_(Report.state == ReportState.LINKED, grew)


async def show_picture(session: AsyncSession, picture_id: UUID, actor: Actor) -> Picture:
    """A picture, for those who handle reports and for whoever sent it; that they saw it is kept.

    Raises:
        NotFound: there is none with this id that the caller may see, or it was erased.
    """
    if not actor.may(Permission.HANDLE_REPORTS):
        own = exists().where(Telling.teller == actor.id, Telling.pictures.contains([picture_id]))
        if not await session.scalar(select(own)):
            raise NotFound("There is no picture with this id.")
    picture = await load_picture(session, picture_id)
    await _note_view(session, picture_id, actor.ref)
    return picture


async def list_views(
    session: AsyncSession, page: Paging, picture_id: UUID
) -> tuple[list[PictureViewOut], str | None]:
    """Who looked at a picture, the latest first.

    Raises:
        NotFound: there is none with this id.
    """
    await find_row(session, Picture, picture_id, "picture")
    query = select(PictureView).where(PictureView.picture_id == picture_id)
    views, cursor = await page.rows(session, query, PictureView.id)
    return [PictureViewOut.model_validate(view) for view in views], cursor


async def erase_picture(
    session: AsyncSession, picture_id: UUID, reason: str, by: ActorRef
) -> Picture:
    """Erase what a picture shows. That there was one, who erased it and why stay.

    Raises:
        NotFound: no such picture. Conflict: it was erased, or is evidence.
    """
    picture = await find_row(session, Picture, picture_id, "picture", locked=True)
    if picture.erased_at is not None:
        raise Conflict("This picture is erased already.")
    of_report = Report.id == Telling.report_id
    evidence = exists().where(Telling.pictures.contains([picture_id]), of_report, is_evidence())
    if await session.scalar(select(evidence)):
        raise Conflict(
            "This picture is evidence: its report is linked, or an incident grew out of it. Say "
            "first that the report is not relevant, or keep it with the incident."
        )
    picture.content = None
    picture.erased_at = await database_now(session)
    picture.erased_by = by.model_dump(mode="json")
    picture.erased_because = reason
    await session.flush()
    return picture


async def _note_view(session: AsyncSession, picture_id: UUID, by: ActorRef) -> None:
    lately = exists().where(
        PictureView.picture_id == picture_id,
        PictureView.viewer == by.id,
        PictureView.seen_at > await database_now(session) - _ONE_LOOK,
    )
    if not await session.scalar(select(lately)):
        view = PictureView(picture_id=picture_id, viewer=by.id, seen_by=by.model_dump(mode="json"))
        session.add(view)
        await session.flush()
