"""Use cases of releases. Each runs in the caller's transaction and commits nothing."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.opinions.service import OPINION_TASKS
from services.analysis.releases.errors import BelowGate
from services.analysis.releases.models import (
    EvaluationRecord,
    LiveRelease,
    Promotion,
    Release,
    ReleaseState,
    ShadowRun,
)
from shared.contracts.actors import ActorRef
from shared.contracts.labels import Task
from shared.db import database_now
from shared.errors import Conflict, Invalid, NotFound
from shared.rows import find_row


async def keep_release(session: AsyncSession, release: Release) -> Release:
    """Keep a release; the same model in the same revision for the same task is kept once."""
    known = await session.scalar(
        select(Release).where(
            Release.task == release.task,
            Release.name == release.name,
            Release.revision == release.revision,
        )
    )
    if known is not None:
        return known
    session.add(release)
    await session.flush()
    await session.refresh(release, ["registered_at"])
    return release


async def get_release(session: AsyncSession, release_id: UUID, *, locked: bool = False) -> Release:
    """One release.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Release, release_id, "release", locked=locked)


async def find_release(session: AsyncSession, called: str, task: Task | None = None) -> Release:
    """The release that people call so: by id, as NAME@REVISION, or as NAME for its newest.

    Raises:
        NotFound: there is none, or there are such of several tasks.
    """
    name, _, revision = called.partition("@")
    query = select(Release).where(Release.name == name).order_by(Release.id.desc())
    if revision:
        query = query.where(Release.revision == revision)
    if task is not None:
        query = query.where(Release.task == task)
    found = list(await session.scalars(query))
    if not found:
        with suppress(ValueError):
            return await get_release(session, UUID(called))
        raise NotFound(f'No release is called "{called}"; see `groundswell model list`.')
    tasks = sorted({release.task for release in found})
    if len(tasks) > 1:
        raise NotFound(f'"{called}" is registered for {", ".join(tasks)}; say which with --task.')
    return found[0]


async def promote(
    session: AsyncSession, release_id: UUID, by: ActorRef, reason: str | None = None
) -> Promotion:
    """Let a release answer for its task from now on.

    Raises:
        NotFound: there is no such release.
        Conflict: it is live already.
        BelowGate: its newest evaluation did not pass, and no reason is given.
    """
    release = await get_release(session, release_id)
    live = await _hold_live(session, release.task)
    if live.release_id == release.id:
        raise Conflict(f"{named(release)} is live for {release.task} already.")
    evaluation = await newest_evaluation(session, release.id)
    found = objections_to(evaluation, live)
    if found and not reason:
        raise BelowGate(
            f"{named(release)} does not pass the gate: {'; '.join(found)}. Evaluate it again, or "
            "promote it with a reason, which is recorded."
        )
    promotion = Promotion(
        task=release.task,
        release_id=release.id,
        replaced_id=live.promotion_id,
        evaluation_id=evaluation.id if evaluation else None,
        passed=not found,
        findings=found,
        reason=reason,
        promoted_by=by.model_dump(mode="json"),
    )
    await _put_in_force(session, live, promotion, back_to=None)
    await end_shadow(session, release.task)
    return promotion


async def roll_back(
    session: AsyncSession, task: Task, by: ActorRef, reason: str | None = None
) -> Promotion:
    """Let the model answer that answered before the newest promotion.

    Raises:
        Conflict: there is no promotion to go back from.
    """
    live = await _hold_live(session, task)
    if live.promotion_id is None:
        raise Conflict(f"Nothing was promoted for {task}: the model of the settings answers.")
    undone = await session.get_one(Promotion, live.promotion_id)
    back_to = await session.get_one(Promotion, undone.replaced_id) if undone.replaced_id else None
    promotion = Promotion(
        task=task,
        release_id=back_to.release_id if back_to else None,
        replaced_id=undone.replaced_id,
        undone_id=undone.id,
        reason=reason,
        promoted_by=by.model_dump(mode="json"),
    )
    await _put_in_force(session, live, promotion, back_to=back_to)
    return promotion


async def change_shadow(
    session: AsyncSession, release_id: UUID, share: float, by: ActorRef
) -> ShadowRun:
    """Let a release judge a share of the posts beside the live one; another run of the task ends.
    A share of 0 ends the run of the release.

    Raises:
        NotFound: there is no such release.
        Invalid: posts are not judged for its task.
        Conflict: it is live, or there is no run to end.
    """
    release = await get_release(session, release_id)
    if share == 0:
        return await _end_run(session, release)
    if release.task not in OPINION_TASKS:
        raise Invalid(f"Posts are not judged for {release.task}: a shadow would see none.")
    live = await _hold_live(session, release.task)
    if live.release_id == release.id:
        raise Conflict(f"{named(release)} is live: it is heard already.")
    await end_shadow(session, release.task)
    run = ShadowRun(
        release_id=release.id,
        task=release.task,
        share=share,
        started_by=by.model_dump(mode="json"),
    )
    session.add(run)
    await session.flush()
    await session.refresh(run, ["started_at"])
    return run


async def _end_run(session: AsyncSession, release: Release) -> ShadowRun:
    run = await session.scalar(
        select(ShadowRun)
        .where(ShadowRun.release_id == release.id, ShadowRun.ended_at.is_(None))
        .with_for_update()
    )
    if run is None:
        raise Conflict(f"{named(release)} is no shadow now.")
    run.ended_at = await database_now(session)
    await session.flush()
    return run


async def end_shadow(session: AsyncSession, task: Task) -> None:
    """End the shadow run of a task, if there is one."""
    await session.execute(
        update(ShadowRun)
        .where(ShadowRun.task == task, ShadowRun.ended_at.is_(None))
        .values(ended_at=await database_now(session))
    )


async def newest_evaluation(session: AsyncSession, release_id: UUID) -> EvaluationRecord | None:
    """The newest evaluation of a release, or None."""
    return await session.scalar(
        select(EvaluationRecord)
        .where(EvaluationRecord.release_id == release_id)
        .order_by(EvaluationRecord.id.desc())
        .limit(1)
    )


def objections_to(evaluation: EvaluationRecord | None, live: LiveRelease | None) -> list[str]:
    """What speaks against a promotion now; nothing: the gate is passed."""
    if evaluation is None:
        return ["it was not evaluated"]
    compared = evaluation.baseline_name is not None
    if compared and evaluation.baseline_id != (live.release_id if live else None):
        return [
            f"it was compared with {evaluation.baseline_name} {evaluation.baseline_revision}, "
            "and another model is live now"
        ]
    return evaluation.findings


def named(release: Release) -> str:
    """A release as people call it."""
    return f"{release.name}@{release.revision}"


async def _hold_live(session: AsyncSession, task: Task) -> LiveRelease:
    """The row of the task, which nobody else changes until the transaction ends."""
    await session.execute(
        insert(LiveRelease)
        .values(task=task, release_id=None, promotion_id=None)
        .on_conflict_do_nothing()
    )
    return await session.get_one(LiveRelease, task, with_for_update=True)


async def _put_in_force(
    session: AsyncSession, live: LiveRelease, promotion: Promotion, *, back_to: Promotion | None
) -> None:
    """Write a promotion down and let it take effect; after a roll-back `back_to` is in force."""
    session.add(promotion)
    await session.flush()
    await session.refresh(promotion, ["promoted_at"])
    states = [(live.release_id, ReleaseState.RETIRED), (promotion.release_id, ReleaseState.LIVE)]
    for release_id, state in states:
        await session.execute(update(Release).where(Release.id == release_id).values(state=state))
    live.release_id = promotion.release_id
    undoes = promotion.undone_id is not None
    live.promotion_id = (back_to.id if back_to else None) if undoes else promotion.id
    await session.flush()
