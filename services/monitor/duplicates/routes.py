"""Endpoints of copies."""

from typing import Annotated
from uuid import UUID

from services.monitor.duplicates import queries, service
from services.monitor.duplicates.schemas import CopiesPage, JudgementOut, SeparationNew
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery

router = room_router("/posts", "posts")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Officer = Annotated[Actor, allow(Permission.HANDLE_WARNINGS)]


@router.get("/{post_id}/copies", operation_id="posts_copies")
async def list_copies(post_id: UUID, session: Session, page: PageQuery, _: Viewer) -> CopiesPage:
    """The copies of a post (转载、近似重复), exact and near, and where they are.

    Of a post that is a copy: those of its original. Posts that people separated are listed, and
    not counted.
    """
    return await queries.copies_of(session, post_id, page)


@router.get("/{post_id}/copy-judgements", operation_id="posts_copy_judgements")
async def list_judgements(post_id: UUID, session: Session, _: Viewer) -> list[JudgementOut]:
    """What people judged of a post: whether it is a copy, newest first."""
    return await queries.judgements(session, post_id)


@router.post("/{post_id}/separate", operation_id="posts_separate")
async def separate_post(
    post_id: UUID, new: SeparationNew, session: Session, actor: Officer
) -> JudgementOut:
    """Judge that a post is no copy after all. Its story counts it as one of its own within
    seconds, and the two are not folded again."""
    judgement = await service.separate(session, post_id, new.reason, actor.ref)
    return JudgementOut.model_validate(judgement)


@router.post("/{post_id}/rejoin", operation_id="posts_rejoin")
async def rejoin_post(
    post_id: UUID, new: SeparationNew, session: Session, actor: Officer
) -> JudgementOut:
    """Take a separation back: the post is a copy again."""
    judgement = await service.rejoin(session, post_id, new.reason, actor.ref)
    return JudgementOut.model_validate(judgement)
