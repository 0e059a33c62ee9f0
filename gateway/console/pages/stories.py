"""Stories: posts about the same matter."""

from uuid import UUID

from fastapi import Response

from gateway.console.pages import page_router
from gateway.console.views.chart import heat_chart
from gateway.console.views.order import most_urgent
from gateway.console.views.samples import marked
from gateway.console.visit import Here, together

router = page_router()


@router.get("/stories")
async def show_stories(visit: Here) -> Response:
    """Stories on the rise; with `?order=newest` all of them, newest first."""
    query = visit.request.query_params
    newest = query.get("order") == "newest"
    cursor = [("cursor", query["cursor"])] if query.get("cursor") else []
    stories, watches = await together(
        visit.ask("/stories", [("limit", "30"), *cursor])
        if newest
        else visit.ask("/stories/rising", [("limit", "30")]),
        visit.ask("/watches", [("limit", "100")]),
    )
    rows = marked(stories.items if newest else most_urgent(stories.items), watches.items)
    return await visit.page("pages/stories.html", stories=stories, rows=rows, newest=newest)


@router.get("/stories/{story_id}")
async def show_story(visit: Here, story_id: UUID) -> Response:
    """One story: how it grew, and its posts."""
    story = await visit.require(f"/stories/{story_id}")
    indicators, posts, warnings, watches = await together(
        visit.ask(f"/stories/{story_id}/indicators", [("resolution", "quarter")]),
        visit.ask(f"/stories/{story_id}/posts", [("limit", "20")]),
        visit.ask("/warnings", [("story_id", str(story_id)), ("limit", "20")]),
        visit.ask("/watches", [("limit", "100")]),
    )
    points = indicators.body.get("points") or [] if indicators.ok else []
    return await visit.page(
        "pages/story.html",
        story=marked([story], watches.items)[0],
        chart=heat_chart(points, warnings.items),
        indicators=indicators,
        posts=posts,
        rows=marked(posts.items, watches.items),
    )
