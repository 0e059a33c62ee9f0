"""Endpoints of channels, of what went out on them, and of the notice board."""

from typing import Annotated
from uuid import UUID

from services.response.statements.channels.protocol import can_look_up
from services.response.statements.channels.schemas import ChannelOut, Channels, NoticeOut
from services.response.statements.models import PublishedText
from services.response.statements.publishing import resolve_publication as settle_publication
from services.response.statements.queries import get_notice as find_notice
from services.response.statements.queries import notices
from services.response.statements.schemas import PublicationOut, ResolutionNew
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("", "channels")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Publisher = Annotated[Actor, allow(Permission.PUBLISH_STATEMENTS)]


@router.get("/channels", operation_id="channels_list")
async def list_channels(runtime: CurrentRuntime, _: Viewer) -> Channels:
    """The configured channels and what they can do."""
    return Channels(
        items=[
            ChannelOut(
                name=channel.name,
                idempotent=channel.idempotent,
                can_look_up=can_look_up(channel),
                takes_drills=channel.takes_drills,
            )
            for channel in runtime.resources.channels.values()
        ]
    )


@router.get("/channels/console/notices", operation_id="notices_list")
async def list_notices(session: Session, page: PageQuery, _: Viewer) -> Page[NoticeOut]:
    """The notice board: what was published on the channel `console`, newest first."""
    rows, cursor = await page.rows(session, notices(), PublishedText.publication_id)
    return Page(items=[NoticeOut.of(row) for row in rows], next_cursor=cursor)


@router.get("/channels/console/notices/{publication_id}", operation_id="notices_get")
async def get_notice(publication_id: UUID, session: Session, _: Viewer) -> NoticeOut:
    """One notice."""
    return NoticeOut.of(await find_notice(session, publication_id))


@router.post("/publications/{publication_id}/resolve", operation_id="publications_resolve")
async def resolve_publication(
    publication_id: UUID, new: ResolutionNew, session: Session, actor: Publisher
) -> PublicationOut:
    """Settle a publication whose outcome is unknown: a person has looked at the channel."""
    publication = await settle_publication(session, publication_id, new, actor.ref)
    return PublicationOut.model_validate(publication)
