"""Endpoints of posts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import ValidationError

from services.monitor.posts import queries
from services.monitor.posts.intake import take_in
from services.monitor.posts.queries import PostFilter
from services.monitor.posts.schemas import (
    BulkNew,
    BulkOut,
    Outcome,
    PostOut,
    PostWithHistory,
    Volume,
)
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.contracts.labels import Sentiment
from shared.errors import Invalid
from shared.http import CurrentRuntime, Session, room_router
from shared.paging import PageQuery
from shared.problems import from_validation
from shared.schemas import Moment, Page

router = room_router("/posts", "posts")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Sender = Annotated[Actor, allow(Permission.INGEST_POSTS)]

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BulkNew"}}},
    }
}


@router.post(
    "/bulk",
    status_code=202,
    operation_id="posts_bulk",
    response_model=BulkOut,
    openapi_extra=_BODY,
)
async def bulk(request: Request, session: Session, runtime: CurrentRuntime, _: Sender) -> Response:
    """Send up to 1,000 posts; the answer says of each what became of it.

    Accepted means stored, durably. A request of which every post is rejected is answered with 422.
    """
    await runtime.resources.valve.check(session, runtime.settings.backlog_limit)
    try:
        # Straight from the bytes: half the time of FastAPI's own way over Python objects.
        sent = BulkNew.model_validate_json(await request.body())
    except ValidationError as error:
        found = [item | {"loc": ("body", *item["loc"])} for item in error.errors()]
        raise from_validation(found) from error
    results = await take_in(session, sent.posts)
    counts = dict.fromkeys(Outcome, 0)
    for result in results:
        counts[result.status] += 1
    if counts[Outcome.REJECTED] == len(results):
        raise Invalid(
            f"No post was taken: {results[0].reason}.",
            errors=[
                {"pointer": f"/posts/{index}", "detail": result.reason}
                for index, result in enumerate(results)
            ],
        )
    answer = BulkOut.model_construct(
        accepted=counts[Outcome.ACCEPTED],
        duplicate=counts[Outcome.DUPLICATE],
        revised=counts[Outcome.REVISED],
        rejected=counts[Outcome.REJECTED],
        results=results,
    )
    return Response(
        answer.model_dump_json(exclude_none=True), status_code=202, media_type="application/json"
    )


@router.get("", operation_id="posts_list")
async def list_posts(
    session: Session,
    page: PageQuery,
    _: Viewer,
    watch: Annotated[UUID | None, Query(description="Matched by this watch")] = None,
    story: Annotated[UUID | None, Query(description="In this story")] = None,
    platform: Annotated[str | None, Query(max_length=64)] = None,
    sentiment: Annotated[Sentiment | None, Query()] = None,
    since: Annotated[Moment | None, Query(description="Published at or after")] = None,
    until: Annotated[Moment | None, Query(description="Published before")] = None,
    words: Annotated[str | None, Query(max_length=200, description="In the text")] = None,
    folded: Annotated[bool, Query(description="Without copies: each text once")] = False,
) -> Page[PostOut]:
    """Posts as they were received, newest first."""
    wanted = PostFilter(
        watch=watch,
        story=story,
        platform=platform,
        sentiment=sentiment,
        since=since,
        until=until,
        words=words,
        folded=folded,
    )
    posts, cursor = await queries.list_posts(session, page, wanted)
    return Page(items=posts, next_cursor=cursor)


@router.get("/volume", operation_id="posts_volume")
async def get_volume(
    session: Session,
    _: Viewer,
    minutes: Annotated[int, Query(ge=1, le=10_080, description="How far back")] = 1_440,
    bucket: Annotated[int, Query(ge=1, le=1_440, description="Minutes of one point")] = 15,
) -> Volume:
    """How many posts that a watch matched were published, over time."""
    return await queries.volume(session, minutes=minutes, bucket=bucket)


@router.get("/{post_id}", operation_id="posts_get")
async def get_post(post_id: UUID, session: Session, _: Viewer) -> PostWithHistory:
    """One post with its earlier revisions."""
    return await queries.get_post(session, post_id)
