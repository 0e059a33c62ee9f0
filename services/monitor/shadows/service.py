"""Use cases of shadows: settings that are judged beside the live ones, and alert nobody.

A shadow is a back-test that goes on: what came since it was started is put through both settings,
in the process of back-tests. The tracker does not know of it and pays nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.backtest.models import Backtest, BacktestStatus
from services.monitor.backtest.service import changed, out, queue, settings_of, thresholds_of
from services.monitor.shadows.models import Shadow, ShadowOutcome
from services.monitor.shadows.schemas import ShadowNew, ShadowOut
from services.monitor.watches.models import Watch
from services.monitor.watches.service import get_watch
from services.monitor.watches.versions import keep_version
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.errors import Conflict, NotFound
from shared.rows import find_row
from shared.schemas import check_version

# A comparison is made anew after ten minutes, and only when ten times as long has passed as the
# last one took: shadows together never take more than a tenth of a processor for long.
_PAUSE = timedelta(minutes=10)
_SHARE = 10
_OPEN = (BacktestStatus.QUEUED, BacktestStatus.RUNNING)
# Only what came lately is looked at: a shadow that nobody decides on must not cost more each day.
_LONGEST = timedelta(days=28)


async def start_shadow(
    session: AsyncSession, watch_id: UUID, new: ShadowNew, by: ActorRef
) -> Shadow:
    """Put settings beside the live ones of a watch.

    Raises:
        NotFound: no such watch. Conflict: it has a shadow. Invalid: the expression cannot be read.
    """
    watch = await find_row(session, Watch, watch_id, "watch", locked=True)
    if await _standing(session, watch_id) is not None:
        raise Conflict("The watch has settings in shadow already: promote or drop those first.")
    thresholds = thresholds_of(new.thresholds)
    await changed(
        session,
        settings_of(watch),
        {"expression": new.expression, "thresholds": thresholds},
    )
    shadow = Shadow(
        watch_id=watch_id,
        expression=new.expression,
        thresholds=thresholds,
        started_by=by.model_dump(mode="json"),
    )
    session.add(shadow)
    await session.flush()
    await session.refresh(shadow)
    return shadow


async def promote_shadow(
    session: AsyncSession, watch_id: UUID, if_match: str | None, by: ActorRef
) -> Shadow:
    """Let the settings in shadow become those of the watch; who did is kept.

    Raises:
        NotFound: the watch has no shadow. PreconditionRequired, PreconditionFailed: it was changed.
        Invalid: what it looks for cannot be read any more.
    """
    shadow = await _required(session, watch_id)
    watch = await get_watch(session, watch_id)
    check_version(if_match, watch.version)
    # What could be read when the shadow was started may name what is gone since.
    await changed(
        session,
        settings_of(watch),
        {"expression": shadow.expression, "thresholds": shadow.thresholds},
    )
    if shadow.expression is not None:
        watch.expression = shadow.expression
    if shadow.thresholds is not None:
        watch.thresholds = shadow.thresholds
    await keep_version(session, watch, by)
    return await _end(session, shadow, ShadowOutcome.PROMOTED, by)


async def drop_shadow(session: AsyncSession, watch_id: UUID, by: ActorRef) -> Shadow:
    """Take the settings in shadow away; the watch stays as it is.

    Raises:
        NotFound: the watch has no shadow.
    """
    return await _end(session, await _required(session, watch_id), ShadowOutcome.DROPPED, by)


async def compare_due(session: AsyncSession) -> None:
    """Queue the comparison of each shadow for which it is time."""
    now = await database_now(session)
    standing = await session.execute(
        select(Shadow, Watch)
        .join(Watch, Watch.id == Shadow.watch_id)
        .where(Shadow.ended_at.is_(None))
    )
    for shadow, watch in standing.all():
        latest = await _latest(session, shadow.id)
        if latest is not None and (latest.status in _OPEN or now < _next(latest)):
            continue
        await session.execute(
            delete(Backtest).where(
                Backtest.shadow_id == shadow.id,
                Backtest.id != (None if latest is None else latest.id),
            )
        )
        present = settings_of(watch)
        await queue(
            session,
            Backtest(
                watch_id=watch.id,
                shadow_id=shadow.id,
                name=watch.name,
                present=present,
                draft=present
                | {
                    name: value
                    for name, value in (
                        ("expression", shadow.expression),
                        ("thresholds", shadow.thresholds),
                    )
                    if value is not None
                },
                since=max(shadow.started_at, now - _LONGEST),
                until=now,
                created_by=shadow.started_by,
            ),
        )


async def told(session: AsyncSession, shadow: Shadow) -> ShadowOut:
    """A shadow as the API shows it, with its newest comparison."""
    done = await _latest(session, shadow.id, BacktestStatus.DONE)
    shown = ShadowOut.model_validate(shadow)
    return shown.model_copy(update={"comparison": None if done is None else out(done)})


def _next(latest: Backtest) -> datetime:
    ended = latest.finished_at or latest.created_at
    took = ended - (latest.begun_at or ended)
    return ended + max(_PAUSE, took * _SHARE)


async def _latest(
    session: AsyncSession, shadow_id: UUID, status: BacktestStatus | None = None
) -> Backtest | None:
    query = select(Backtest).where(Backtest.shadow_id == shadow_id)
    if status is not None:
        query = query.where(Backtest.status == status)
    latest: Backtest | None = await session.scalar(query.order_by(Backtest.id.desc()).limit(1))
    return latest


async def _standing(session: AsyncSession, watch_id: UUID) -> Shadow | None:
    shadow: Shadow | None = await session.scalar(
        select(Shadow)
        .where(Shadow.watch_id == watch_id, Shadow.ended_at.is_(None))
        .with_for_update()
    )
    return shadow


async def _required(session: AsyncSession, watch_id: UUID) -> Shadow:
    shadow = await _standing(session, watch_id)
    if shadow is None:
        raise NotFound("The watch has no settings in shadow.")
    return shadow


async def _end(
    session: AsyncSession, shadow: Shadow, outcome: ShadowOutcome, by: ActorRef
) -> Shadow:
    shadow.outcome = outcome
    shadow.ended_by = by.model_dump(mode="json")
    shadow.ended_at = await database_now(session)
    await session.flush()
    return shadow
