"""Opinions anew: the monitor sends posts again, a batch at a time, and they are judged by the
models that are live now.

One batch is under way at a time: the next is asked for when this one is judged, in the transaction
that keeps its opinions. So new posts never wait for more than one batch, a worker that dies leaves
no gap, and a delivery that comes twice is seen by its position.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.opinions.service import OPINION_TASKS, give_opinions_anew
from services.analysis.releases.errors import NotCaughtUp
from services.analysis.releases.models import LiveRelease, Recomputation, RecomputationState
from services.analysis.serving import Models
from shared.contracts.actors import ActorRef
from shared.contracts.posts import OpinionsOutdated, PostsResubmitted
from shared.db import database_now
from shared.errors import Invalid
from shared.events import emit
from shared.rows import find_row, lock_row


async def start_recomputation(
    session: AsyncSession, by: ActorRef, *, since: datetime | None, until: datetime | None
) -> Recomputation:
    """Ask for all posts that were published from `since` on and before `until`.

    Raises:
        Invalid: the stretch is empty.
    """
    if since is not None and until is not None and since >= until:
        raise Invalid("/until: this must be later than since.")
    started = Recomputation(since=since, until=until, asked_by=by.model_dump(mode="json"))
    session.add(started)
    await session.flush()
    await session.refresh(started, ["asked_at"])
    await _ask(session, started)
    return started


async def get_recomputation(session: AsyncSession, recomputation_id: UUID) -> Recomputation:
    """One recomputation.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Recomputation, recomputation_id, "recomputation")


async def judge_again(session: AsyncSession, models: Models, event: PostsResubmitted) -> None:
    """Judge a batch, note how far it got, and ask for the next."""
    running = await lock_row(session, Recomputation, event.recomputation_id)
    finished = running is None or running.state is RecomputationState.DONE
    if running is None or finished or running.position != event.after:
        return  # an erased one, or a batch that was judged before
    if event.total is not None:
        running.total = event.total
    if event.posts:
        await _check_caught_up(session, models)
        running.judged += await give_opinions_anew(session, models, event.posts)
        running.done += len(event.posts)
        running.position = event.posts[-1].id
    if event.last:
        running.state = RecomputationState.DONE
        running.finished_at = await database_now(session)
    else:
        running.state = RecomputationState.RUNNING
        await _ask(session, running)


async def _check_caught_up(session: AsyncSession, models: Models) -> None:
    """Raise NotCaughtUp where a promotion has not reached this process: it would judge the posts as
    before."""
    rows = await session.execute(select(LiveRelease.task, LiveRelease.release_id))
    promoted = {row.task: row.release_id for row in rows}
    if any(models.releases[task] != promoted.get(task) for task in OPINION_TASKS):
        raise NotCaughtUp("the models that are live by the record are not open here yet")


async def _ask(session: AsyncSession, running: Recomputation) -> None:
    await emit(
        session,
        OpinionsOutdated(
            recomputation_id=running.id,
            since=running.since,
            until=running.until,
            received_before=running.asked_at,
            after=running.position,
        ),
    )
