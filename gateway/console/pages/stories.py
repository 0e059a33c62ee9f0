"""Stories: posts about the same matter."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Response
from starlette.datastructures import FormData

from gateway.console.acts import Act, Attempt, Read, chosen, optional, perform, split, text
from gateway.console.pages import page_router
from gateway.console.views.chart import heat_chart
from gateway.console.views.order import most_urgent
from gateway.console.views.permits import permit
from gateway.console.views.samples import marked
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

# Quarter-hours of a day.
_DAY = 96


def _goes_on(way: str) -> Read:
    """The other story, where the form says that this `way` is meant."""
    return lambda form, _: _other(form) if form.get("way", "this") == way else None


def _leaving(form: FormData, visit: Visit) -> list[str]:
    """The posts that were ticked, or those of a piece, which come in one field."""
    piece: list[str] = split("piece")(form, visit)
    ticked: list[str] = chosen("post_ids")(form, visit)
    return piece or ticked


ACTS = {
    "merge": Act(
        "/stories/{story_id}/merge",
        "merged",
        {"with": _goes_on("this"), "into": _goes_on("other"), "reason": text("reason")},
    ),
    "split": Act(
        "/stories/{story_id}/split",
        "split",
        {"post_ids": _leaving, "term": optional("term"), "reason": text("reason")},
    ),
    "undo": Act("/stories/changes/{change_id}/undo", "change-undone", {"reason": text("reason")}),
}


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
    """One story: how it grew, its posts, and what may be the same matter."""
    return await _show(visit, story_id)


@router.post("/stories/{story_id}/{act}")
async def act_on_story(visit: Here, story_id: UUID, act: str) -> Response:
    """Merge, split, or undo either."""
    ticked = [str(value) for value in (await visit.request.form()).getlist("post_ids")]

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, story_id, attempt, ticked)

    place = {"story_id": str(story_id)}
    return await perform(visit, ACTS, act, place, f"/stories/{story_id}", again)


async def _show(
    visit: Visit, story_id: UUID, attempt: Attempt | None = None, ticked: Sequence[str] = ()
) -> Response:
    story = await visit.require(f"/stories/{story_id}")
    unfolded = visit.request.query_params.get("copies") == "shown"
    folded = [] if unfolded else [("folded", "true")]
    indicators, posts, warnings, watches, alike, changes, spread, after, said = await together(
        visit.ask(f"/stories/{story_id}/indicators", [("resolution", "quarter")]),
        visit.ask(f"/stories/{story_id}/posts", [("limit", "20"), *folded]),
        visit.ask("/warnings", [("story", str(story_id)), ("limit", "20")]),
        visit.ask("/watches", [("limit", "100")]),
        visit.ask(f"/stories/{story_id}/alike"),
        visit.ask(f"/stories/{story_id}/changes", [("limit", "20")]),
        visit.ask(f"/stories/{story_id}/spread", [("carriers", "3")]),
        visit.ask(f"/stories/{story_id}/follow-ups"),
        visit.ask(f"/stories/{story_id}/reactions"),
    )
    in_pieces = visit.request.query_params.get("pieces") == "shown"
    pieces = await visit.ask(f"/stories/{story_id}/pieces") if in_pieces else None
    points = indicators.body.get("points") or [] if indicators.ok else []
    ahead = indicators.body.get("forecast") or [] if indicators.ok else []
    allowed = permit(visit.actor, Permission.HANDLE_WARNINGS)
    return await visit.page(
        "pages/story.html",
        attempt.trouble.status if attempt else 200,
        story=marked([story], watches.items)[0],
        chart=heat_chart(points[-_DAY:], warnings.items, forecast=ahead),
        indicators=indicators,
        posts=posts,
        rows=marked(posts.items, watches.items),
        alike=alike,
        changes=changes,
        allowed=allowed,
        may_open=permit(visit.actor, Permission.OPEN_INCIDENTS),
        can_split=allowed.allowed and len(posts.items) > 1 and not story.get("merged_into"),
        ticked=ticked,
        unfolded=unfolded,
        pieces=pieces,
        spread=spread,
        after=after,
        said=said,
        attempt=attempt,
    )


def _other(form: FormData) -> str:
    """The id of the other story, which may have been given as the address of its page."""
    return str(form.get("other", "")).strip().rstrip("/").rpartition("/")[2]
