"""The endpoint of posts that people bring by a link."""

from typing import Annotated

from fastapi import Response

from services.monitor.posts import queries
from services.monitor.posts.schemas import PostWithHistory
from services.monitor.reports import from_link
from services.monitor.reports.schemas import PastedLinkNew
from services.monitor.sources.sites import RecordedSites
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, room_router

router = room_router("/posts", "posts")

Monitor = Annotated[Actor, allow(Permission.HANDLE_REPORTS)]


@router.post(
    "/from-link",
    status_code=201,
    operation_id="posts_from_link",
    responses={200: {"model": PostWithHistory, "description": "The link is a post already"}},
)
async def create_from_link(
    new: PastedLinkNew,
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    actor: Monitor,
) -> PostWithHistory:
    """Make a post of a link (粘贴链接): its page is read, politely, unless `text` says what is
    there. The same link is one post, however often it is pasted or reported."""
    resources = runtime.resources
    web = resources.web.shared_by(RecordedSites(runtime.transaction))
    post_id, is_new = await from_link.bring_link(session, web, resources.readers, new, actor.ref)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/api/v1/posts/{post_id}"
    return await queries.get_post(session, post_id)
