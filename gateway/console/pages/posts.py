"""Posts, found by words, sentiment, platform and watch; what people say of them."""

from uuid import UUID

from fastapi import Response

from gateway.console.acts import (
    Act,
    Attempt,
    number,
    optional,
    part,
    perform,
    text,
    ticked,
    way_back,
)
from gateway.console.pages import page_router
from gateway.console.views.permits import permit
from gateway.console.views.samples import marked
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission

router = page_router()

# Of a post that many watches found, so many tell why.
_MOST_EXPLAINED = 3
_FILTERS = ("words", "sentiment", "platform", "watch", "story", "cursor")

LABEL = Act(
    "/labels",
    "labelled",
    {
        "post_id": text("post_id"),
        "revision": number("revision"),
        "task": part("said", 0),
        "label": part("said", 1),
        "target": optional("target"),
        "note": optional("note"),
        "sampled": ticked("sampled"),
    },
)
ACTS = {
    "label": LABEL,
    "withdraw": Act("/labels/{label_id}/withdraw", "label-withdrawn"),
    "separate": Act("/posts/{post_id}/separate", "separated", {"reason": optional("reason")}),
    "rejoin": Act("/posts/{post_id}/rejoin", "rejoined", {"reason": optional("reason")}),
}


FROM_LINK = Act(
    "/posts/from-link",
    "brought",
    {"link": text("link"), "text": text("text")},
    goes_to="/posts",
)


@router.get("/posts")
async def show_posts(visit: Here) -> Response:
    """Posts, newest first."""
    return await _list(visit)


@router.post("/posts/from-link")
async def bring_link(visit: Here) -> Response:
    """Make a post of a pasted link."""

    async def again(attempt: Attempt) -> Response:
        return await _list(visit, attempt)

    return await perform(visit, {"from-link": FROM_LINK}, "from-link", {}, "/posts", again)


async def _list(visit: Visit, attempt: Attempt | None = None) -> Response:
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
        attempt.trouble.status if attempt else 200,
        attempt=attempt,
        may_bring=permit(visit.actor, Permission.HANDLE_REPORTS),
        posts=posts,
        rows=marked(posts.items, watches.items),
        watches=watches,
        chosen=chosen,
    )


@router.get("/posts/{post_id}")
async def show_post(visit: Here, post_id: UUID) -> Response:
    """One post: its words, what the model and what people say of it."""
    return await _show(visit, post_id)


@router.post("/posts/{post_id}/{act}")
async def act_on_post(visit: Here, post_id: UUID, act: str) -> Response:
    """Say what it feels, or take that back; then the page again from which it was said."""
    here = f"/posts/{post_id}"
    back = way_back(await visit.request.form(), here)

    async def again(attempt: Attempt) -> Response:
        return await _show(visit, post_id, attempt)

    return await perform(visit, ACTS, act, {"post_id": str(post_id)}, back, again)


async def _show(visit: Visit, post_id: UUID, attempt: Attempt | None = None) -> Response:
    post = await visit.require(f"/posts/{post_id}")
    labels, watches, copies, judged = await together(
        visit.ask("/labels", [("post", str(post_id)), ("limit", "100")]),
        visit.ask("/watches", [("limit", "100")]),
        visit.ask(f"/posts/{post_id}/copies", [("limit", "30")]),
        visit.ask(f"/posts/{post_id}/copy-judgements"),
    )
    why = await together(
        *(
            visit.ask(
                "/watches/explain", method="POST", json={"watch_id": found, "post_id": post["id"]}
            )
            for found in list(map(str, post.get("watch_ids") or []))[:_MOST_EXPLAINED]
        )
    )
    return await visit.page(
        "pages/post.html",
        attempt.trouble.status if attempt else 200,
        post=marked([post], watches.items)[0],
        labels=labels,
        copies=copies,
        # The newest judgement says whether the post was separated from another.
        judged=next(iter(judged.items), None),
        may_judge=permit(visit.actor, Permission.HANDLE_WARNINGS),
        why_here=[answer.body for answer in why if answer.ok and answer.body],
        may_label=permit(visit.actor, Permission.LABEL_POSTS),
        attempt=attempt,
    )
