"""Posts, found by words, sentiment, platform and watch."""

from fastapi import Response

from gateway.console.pages import page_router
from gateway.console.views.samples import marked
from gateway.console.visit import Here, together

router = page_router()

_FILTERS = ("words", "sentiment", "platform", "watch", "story", "cursor")


@router.get("/posts")
async def show_posts(visit: Here) -> Response:
    """Posts, newest first."""
    chosen = {
        name: value.strip()
        for name in _FILTERS
        if (value := visit.request.query_params.get(name, "")).strip()
    }
    posts, watches = await together(
        visit.ask("/posts", [*chosen.items(), ("limit", "30")]),
        visit.ask("/watches", [("limit", "100")]),
    )
    # A filter that does not fit is shown on the page, beside the filters.
    return await visit.page(
        "pages/posts.html",
        posts=posts,
        rows=marked(posts.items, watches.items),
        watches=watches,
        chosen=chosen,
    )
