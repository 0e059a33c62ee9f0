"""Labels by people: given, replaced, withdrawn; and the words they were given to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.engines.base import Item, SomeFailed
from services.analysis.engines.batching import Priority
from services.analysis.labels.models import Label, LabelDraw, LabelledText, LabelState
from services.analysis.labels.schemas import LabelNew
from services.analysis.opinions.models import Opinion
from services.analysis.opinions.service import OPINION_TASKS
from services.analysis.serving import Models
from shared.contracts.actors import Actor, ActorKind
from shared.contracts.labelling import LabelWithdrawn, PostLabelled, PostQuoted
from shared.contracts.labels import Task
from shared.db import database_now
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.events import emit
from shared.log import get_logger
from shared.rows import find_row

log = get_logger(__name__)


async def label_post(session: AsyncSession, new: LabelNew, actor: Actor) -> Label:
    """Keep what a person says of a post beside what the model said, and tell the monitor.

    Raises:
        Forbidden: a program calls. NotFound: there is no opinion on this revision.
        Invalid: the post is said to be of a sample, and was not drawn.
    """
    if actor.kind is not ActorKind.PERSON:
        raise Forbidden("Labels are given by people in their own name, not by programs.")
    opinion = await _opinion(session, new.post_id, new.revision)
    if new.sampled:
        await _check_drawn(session, new, opinion.revision)
    now = await database_now(session)
    await session.execute(
        update(Label)
        .where(
            Label.post_id == new.post_id,
            Label.labelled_by_id == actor.id,
            Label.task == new.task,
            Label.target.is_not_distinct_from(new.target),
            Label.state == LabelState.CURRENT,
        )
        .values(state=LabelState.REPLACED, ended_at=now)
    )
    label = Label(
        post_id=new.post_id,
        revision=opinion.revision,
        task=new.task,
        target=new.target,
        label=new.label,
        note=new.note,
        sampled=new.sampled,
        labelled_by_id=actor.id,
        labelled_by=actor.ref.model_dump(mode="json"),
        labelled_at=now,
        **_said(opinion, new.task),
    )
    session.add(label)
    await session.flush()
    await emit(
        session,
        PostLabelled(
            label_id=label.id,
            post_id=label.post_id,
            revision=label.revision,
            task=label.task,
            target=label.target,
            label=label.label,
            labelled_by=actor.ref,
            labelled_at=now,
        ),
    )
    return label


async def withdraw_label(session: AsyncSession, label_id: UUID, actor: Actor) -> Label:
    """Take a label back: it stays in the history, and counts no more.

    Raises:
        NotFound: there is none. Forbidden: it is another person's. Conflict: it has ended already.
    """
    label = await find_row(session, Label, label_id, "label", locked=True)
    if label.labelled_by_id != actor.id:
        raise Forbidden("A label is taken back by whoever gave it. You may give your own instead.")
    if label.state is not LabelState.CURRENT:
        raise Conflict(f"This label is {label.state} already.")
    label.state = LabelState.WITHDRAWN
    label.ended_at = await database_now(session)
    await emit(session, LabelWithdrawn(label_id=label.id, post_id=label.post_id))
    return label


async def keep_text(session: AsyncSession, models: Models, quoted: PostQuoted) -> None:
    """Keep the words that were labelled, and ask the model what it says of the stances in them.

    Raises what `Models.classify` raises of a model that fails; then nothing is kept, and the event
    comes again. A text that breaks the model each time stays without its word.
    """
    await session.execute(insert(LabelledText).values(quoted.model_dump()).on_conflict_do_nothing())
    unasked = await session.scalars(
        select(Label).where(
            Label.post_id == quoted.post_id,
            Label.revision == quoted.revision,
            Label.task == Task.STANCE,
            Label.model_label.is_(None),
        )
    )
    await _ask_stances(models, quoted, unasked.all())


async def _ask_stances(models: Models, quoted: PostQuoted, labels: Sequence[Label]) -> None:
    if not labels:
        return
    words = f"{quoted.title}\n{quoted.text}" if quoted.title else quoted.text
    items = [Item(words, label.target) for label in labels]
    try:
        answer = await models.classify(Task.STANCE, items, priority=Priority.JOB)
    except SomeFailed as failed:
        log.error("stances_not_judged", post=str(quoted.post_id), error=str(failed))
        return
    for label, verdict in zip(labels, answer.verdicts, strict=True):
        label.model_label = str(verdict.label)
        label.model_confidence = verdict.confidence
        label.model_unsure = verdict.unsure
        label.engine, label.release = answer.model, answer.revision


async def _opinion(session: AsyncSession, post_id: UUID, revision: int | None) -> Opinion:
    """The opinion on a revision, locked: labels of one post are given one after the other."""
    query = select(Opinion).where(Opinion.post_id == post_id)
    if revision is not None:
        query = query.where(Opinion.revision == revision)
    newest = query.order_by(Opinion.revision.desc()).limit(1).with_for_update()
    opinion = await session.scalar(newest)
    if opinion is None:
        which = f"revision {revision} of this post" if revision is not None else "a post of this id"
        raise NotFound(f"There is no opinion on {which}. A post is labelled after its analysis.")
    return opinion


async def _check_drawn(session: AsyncSession, new: LabelNew, revision: int) -> None:
    drawn = exists().where(
        LabelDraw.post_id == new.post_id,
        LabelDraw.task == new.task,
        LabelDraw.revision == revision,
    )
    if not await session.scalar(select(drawn)):
        raise Invalid(
            "This post was not drawn for a sample of this task. Leave `sampled` out, or take a "
            "post from GET /api/v1/labels/sample."
        )


def _said(opinion: Opinion, task: Task) -> dict[str, Any]:
    """What the model says in an opinion; nothing of a stance, which no opinion holds."""
    if task is Task.STANCE:
        return {}
    engine, release = _who_said(opinion, task)
    return {
        "model_label": getattr(opinion, task),
        "model_confidence": getattr(opinion, f"{task}_confidence"),
        "model_unsure": getattr(opinion, f"{task}_unsure"),
        "engine": engine,
        "release": release,
    }


def _who_said(opinion: Opinion, task: Task) -> tuple[str, str]:
    """Engine and release of one task. An opinion of two engines names both, sentiment first: a new
    model for emotion is no new release for sentiment."""
    engines, releases = opinion.engine.split("+"), opinion.release.split("+")
    if len(engines) == len(releases) == len(OPINION_TASKS):
        place = OPINION_TASKS.index(task)
        return engines[place], releases[place]
    return opinion.engine, opinion.release
