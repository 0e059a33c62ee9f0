"""The models: which one answers, how well it agrees with people, posts to label blind."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from gateway.console.acts import Attempt, perform
from gateway.console.answers import Answer
from gateway.console.pages import page_router
from gateway.console.pages.posts import LABEL
from gateway.console.views.agreement import course
from gateway.console.views.models import failures, in_service, shadows
from gateway.console.views.permits import permit
from gateway.console.visit import Here, Visit, together
from shared.contracts.actors import Permission
from shared.contracts.labels import LABELS, Task

router = page_router()

_PLACE = "/settings/models"
_SAMPLE_SIZE = 20
_MOST_RELEASES = "8"
_SAMPLED = (Task.SENTIMENT, Task.EMOTION)


@router.get(_PLACE)
async def show_models(visit: Here) -> Response:
    """What answers for each task, and how well."""
    task = _task(visit.request.query_params.get("task"), tuple(Task))
    models, releases, agreement, labels = await together(
        visit.ask("/models"),
        visit.ask("/models/releases", [("task", str(task)), ("limit", _MOST_RELEASES)]),
        visit.ask("/labels/agreement", [("task", str(task)), ("by", "week")]),
        visit.ask("/labels", [("task", str(task)), ("differs", "true"), ("limit", "5")]),
    )
    told = models.body if models.ok else {}
    return await visit.page(
        "pages/models.html",
        models=models,
        rows=in_service(told),
        failures=failures(told),
        shadows=shadows(told),
        releases=await _with_evaluations(visit, releases),
        agreement=agreement,
        labels=labels,
        chart=_chart(agreement),
        task=task,
        tasks=tuple(Task),
        codes=LABELS[task],
        sampled=task in _SAMPLED,
        may_label=permit(visit.actor, Permission.LABEL_POSTS),
    )


@router.get(f"{_PLACE}/sample")
async def show_sample(visit: Here) -> Response:
    """The next post of the day's sample, without what the model says of it."""
    return await _show_sample(visit)


@router.post(f"{_PLACE}/sample")
async def label_sample(visit: Here) -> Response:
    """Keep what somebody says of a post of the sample; then the next one."""

    async def again(attempt: Attempt) -> Response:
        return await _show_sample(visit, attempt)

    here = f"{_PLACE}/sample?task={_task(visit.request.query_params.get('task'), _SAMPLED)}"
    return await perform(visit, {"label": LABEL}, "label", {}, here, again)


async def _show_sample(visit: Visit, attempt: Attempt | None = None) -> Response:
    task = _task(visit.request.query_params.get("task"), _SAMPLED)
    sample = await visit.ask("/labels/sample", [("task", str(task)), ("size", str(_SAMPLE_SIZE))])
    waiting = sample.body.get("items") or [] if sample.ok else []
    post = await visit.ask(f"/posts/{waiting[0]['post_id']}") if waiting else None
    return await visit.page(
        "pages/sample.html",
        attempt.trouble.status if attempt else 200,
        sample=sample,
        drawn=waiting[0] if waiting else None,
        post=post,
        words=_words(post.body, waiting[0]["revision"]) if post and post.ok else None,
        task=task,
        tasks=_SAMPLED,
        codes=LABELS[task],
        attempt=attempt,
    )


async def _with_evaluations(visit: Visit, releases: Answer) -> list[dict[str, Any]]:
    """Releases, each with its newest evaluation, where it has one."""
    evaluations = await together(
        *(
            visit.ask(f"/models/releases/{release.get('id')}/evaluations", [("limit", "1")])
            for release in releases.items
        )
    )
    return [
        release | {"evaluation": next(iter(evaluation.items), None)}
        for release, evaluation in zip(releases.items, evaluations, strict=True)
    ]


def _task(name: str | None, known: tuple[Task, ...]) -> Task:
    return next((task for task in known if task == name), known[0])


def _chart(agreement: Answer) -> Any:
    return course(agreement.body["sampled"]["windows"]) if _has_windows(agreement) else None


def _has_windows(agreement: Answer) -> bool:
    return agreement.ok and isinstance(agreement.body.get("sampled"), Mapping)


def _words(post: Mapping[str, Any], revision: int) -> Mapping[str, Any]:
    """Title and text of the revision that was drawn: its author may have edited it since."""
    earlier = (old for old in post.get("revisions") or () if old.get("revision") == revision)
    return next(earlier, post)
