"""Use cases of back-tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.backtest.models import Backtest, BacktestStatus
from services.monitor.backtest.reading import Position
from services.monitor.backtest.schemas import BacktestChange, BacktestNew, BacktestOut
from services.monitor.warnings.models import WarningRecord
from services.monitor.warnings.schemas import ThresholdsIn
from services.monitor.watches.live import read_aliases
from services.monitor.watches.models import Watch
from services.monitor.watches.schemas import StrategyIn
from services.monitor.watches.service import get_watch, read_new
from shared.contracts.actors import ActorRef
from shared.contracts.watches import BacktestQueued
from shared.db import database_now
from shared.errors import Conflict
from shared.events import emit
from shared.rows import find_row, lock_row

# Whoever runs one says so every few seconds. After this silence it is begun anew.
_SILENCE = timedelta(seconds=60)
_MOST_ATTEMPTS = 3
_OPEN = (BacktestStatus.QUEUED, BacktestStatus.RUNNING)


async def try_change(
    session: AsyncSession, watch_id: UUID, change: BacktestChange, by: ActorRef
) -> Backtest:
    """Try other settings of a watch on stored posts.

    Raises:
        NotFound: no such watch. Invalid: the expression cannot be read.
    """
    watch = await get_watch(session, watch_id)
    present = settings_of(watch)
    draft = await changed(session, present, changes_of(change))
    now = await database_now(session)
    return await queue(
        session,
        Backtest(
            watch_id=watch.id,
            name=watch.name,
            present=present,
            draft=draft,
            since=now - timedelta(days=change.days),
            until=now,
            created_by=by.model_dump(mode="json"),
        ),
    )


async def try_new(session: AsyncSession, new: BacktestNew, by: ActorRef) -> Backtest:
    """Try a watch that is not saved yet on stored posts.

    Raises:
        Invalid: the expression cannot be read.
    """
    nothing = {"name": new.name, "targets": new.targets}
    now = await database_now(session)
    return await queue(
        session,
        Backtest(
            name=new.name,
            present=None,
            draft=await changed(session, nothing, changes_of(new)),
            since=now - timedelta(days=new.days),
            until=now,
            created_by=by.model_dump(mode="json"),
        ),
    )


async def queue(session: AsyncSession, backtest: Backtest) -> Backtest:
    """Keep a back-test, to be run soon."""
    session.add(backtest)
    await session.flush()
    await session.refresh(backtest)
    await emit(session, BacktestQueued(backtest_id=backtest.id))
    return backtest


async def get_backtest(session: AsyncSession, backtest_id: UUID) -> Backtest:
    """One back-test.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Backtest, backtest_id, "back-test")


async def cancel(session: AsyncSession, backtest_id: UUID) -> Backtest:
    """Stop a back-test.

    Raises:
        NotFound: no such one. Conflict: it came to its end already.
    """
    backtest = await find_row(session, Backtest, backtest_id, "back-test", locked=True)
    if backtest.status not in _OPEN:
        raise Conflict(f"The back-test is {backtest.status}; there is nothing to stop.")
    backtest.status = BacktestStatus.CANCELLED
    backtest.finished_at = await database_now(session)
    return backtest


async def begin(session: AsyncSession, backtest_id: UUID) -> Backtest | None:
    """The back-test, for whoever is to run it now; None when nobody is, or somebody does."""
    backtest = await lock_row(session, Backtest, backtest_id)
    now = await database_now(session)
    if backtest is None or backtest.status not in _OPEN:
        return None
    if backtest.beat_at is not None and now - backtest.beat_at < _SILENCE:
        return None
    if backtest.attempts >= _MOST_ATTEMPTS:
        await fail(session, backtest_id, "It was begun three times and never came to its end.")
        return None
    backtest.attempts += 1
    backtest.status = BacktestStatus.RUNNING
    backtest.posts, backtest.reached_at = 0, None
    backtest.begun_at = backtest.beat_at = now
    await session.flush()
    session.expunge(backtest)
    return backtest


async def beat(session: AsyncSession, begun: Backtest, posts: int, position: Position) -> bool:
    """Note how far a back-test is; False when somebody stopped it, or began it anew."""
    backtest = await _still(session, begun)
    if backtest is None:
        return False
    backtest.posts = posts
    backtest.reached_at = position.begin
    backtest.beat_at = await database_now(session)
    return True


async def finish(session: AsyncSession, begun: Backtest, result: dict[str, Any]) -> None:
    """Keep what came out, beside the warnings on record; nothing when somebody stopped it, or began
    it anew."""
    backtest = await _still(session, begun)
    if backtest is None:
        return
    await _add_stored_warnings(session, backtest.watch_id, result)
    backtest.result = result
    backtest.status = BacktestStatus.DONE
    backtest.reached_at = backtest.until
    backtest.finished_at = await database_now(session)


async def fail(session: AsyncSession, backtest_id: UUID, why: str) -> None:
    """Give a back-test up, and say why."""
    backtest = await lock_row(session, Backtest, backtest_id)
    if backtest is None or backtest.status not in _OPEN:
        return
    backtest.status = BacktestStatus.FAILED
    backtest.error = why
    backtest.finished_at = await database_now(session)


async def queue_silent(session: AsyncSession) -> None:
    """Queue again what nobody runs any more."""
    oldest = await database_now(session) - _SILENCE
    silent = await session.scalars(
        select(Backtest.id).where(
            Backtest.status.in_(_OPEN),
            or_(Backtest.beat_at < oldest, Backtest.beat_at.is_(None)),
            Backtest.created_at < oldest,
        )
    )
    for backtest_id in silent:
        await emit(session, BacktestQueued(backtest_id=backtest_id))


def settings_of(watch: Watch) -> dict[str, Any]:
    """The settings of a watch as `trial_of` reads them."""
    return {
        "name": watch.name,
        "expression": watch.expression,
        "exclusions": watch.exclusions,
        "filters": watch.filters,
        "thresholds": watch.thresholds,
        "targets": watch.targets,
    }


async def changed(
    session: AsyncSession, present: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Settings with what shall be different; None stays as it is.

    Raises:
        Invalid: what they look for cannot be read.
    """
    draft = dict(present) | {name: value for name, value in changes.items() if value is not None}
    names = ("expression", "exclusions", "filters")
    looked_for = StrategyIn.model_validate(
        {name: draft[name] for name in names if draft.get(name) is not None}
    )
    read_new(looked_for, await read_aliases(session))
    return draft


def changes_of(change: BacktestChange) -> dict[str, Any]:
    """What shall be different, as a watch keeps it."""
    return {
        "expression": change.expression,
        "exclusions": change.exclusions,
        "filters": change.filters and change.filters.model_dump(mode="json", exclude_defaults=True),
        "thresholds": thresholds_of(change.thresholds),
    }


def out(backtest: Backtest) -> BacktestOut:
    """A back-test as the API shows it."""
    span = (backtest.until - backtest.since).total_seconds()
    read = ((backtest.reached_at or backtest.since) - backtest.since).total_seconds()
    fields = BacktestOut.model_fields.keys() - {"progress"}
    values = {name: getattr(backtest, name) for name in fields}
    return BacktestOut(**values, progress=min(1.0, max(0.0, read / span)) if span else 1.0)


def thresholds_of(given: ThresholdsIn | None) -> dict[str, Any] | None:
    """Thresholds as a watch keeps them; None where they stay as they are."""
    return None if given is None else given.model_dump(exclude_unset=True, exclude_none=True)


async def _still(session: AsyncSession, begun: Backtest) -> Backtest | None:
    """The row of a back-test, while it is run by whoever began it in this attempt."""
    backtest = await lock_row(session, Backtest, begun.id)
    if backtest is None or backtest.status is not BacktestStatus.RUNNING:
        return None
    return backtest if backtest.attempts == begun.attempts else None


async def _add_stored_warnings(
    session: AsyncSession, watch_id: UUID | None, result: dict[str, Any]
) -> None:
    """Set the warnings that were given then beside the ones that would have been."""
    for story in result["stories"]:
        for name in ("first_post_at", "peak_at"):
            story[name] = _moment(story[name])
        for side in ("present", "draft"):
            if story[side] is not None:
                story[side]["warned_at"] = _moment(story[side]["warned_at"])
    stories = {
        UUID(each["stored_story_id"]) for each in result["stories"] if each["stored_story_id"]
    }
    if watch_id is None or not stories:
        return
    rows = await session.scalars(
        select(WarningRecord).where(
            WarningRecord.story_id.in_(stories), WarningRecord.watch_id == watch_id
        )
    )
    found = {str(row.story_id): row for row in rows}
    for story in result["stories"]:
        warning = found.get(story["stored_story_id"])
        if warning is None:
            continue
        # On the clock of the posts, where they came late.
        given = min(warning.raised_at, warning.warned_at)
        story["stored_warning"] = {
            "id": str(warning.id),
            "peak_level": warning.peak_level.value,
            "raised_at": given.isoformat(),
        }
        for side in ("present", "draft"):
            if story[side] is not None:
                before = given - datetime.fromisoformat(story[side]["warned_at"])
                story[side]["before_stored_minutes"] = round(before.total_seconds() / 60, 1)


def _moment(epoch_seconds: float) -> str:
    return datetime.fromtimestamp(epoch_seconds, tz=UTC).isoformat()
