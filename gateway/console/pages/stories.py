"""Stories: posts about the same matter."""

from uuid import UUID

from fastapi import Response

from gateway.console.pages import page_router
from gateway.console.views.chart import heat_chart
from gateway.console.visit import Here, together

router = page_router()


@router.get("/stories")
async def show_stories(visit: Here) -> Response:
    """All stories, the most urgent first."""
    cursor = visit.request.query_params.get("cursor")
    params = [("limit", "30"), *([("cursor", cursor)] if cursor else [])]
    return await visit.page("pages/stories.html", stories=await visit.ask("/stories", params))


@router.get("/stories/{story_id}")
async def show_story(visit: Here, story_id: UUID) -> Response:
    """One story: how it grew, and its posts."""
    story = await visit.require(f"/stories/{story_id}")
    indicators, posts = await together(
        visit.ask(f"/stories/{story_id}/indicators", [("minutes_per_bucket", "15")]),
        visit.ask(f"/stories/{story_id}/posts", [("limit", "20")]),
    )
    points = indicators.body.get("points") or [] if indicators.ok else []
    usual = indicators.body.get("usual") if indicators.ok else None
    return await visit.page(
        "pages/story.html",
        story=story,
        chart=heat_chart(points, usual=usual),
        indicators=indicators,
        posts=posts,
    )
