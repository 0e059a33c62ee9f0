"""Figures that stand in the database, read when Prometheus asks: what waits, what failed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.log import get_logger
from shared.runtime import Runtime

log = get_logger(__name__)

# Prometheus gives up after ten seconds; what the process counts by itself must reach it.
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of a metric, with its labels."""

    name: str
    meaning: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


ReadFigures: TypeAlias = Callable[[AsyncSession], Awaitable[Iterable[Figure]]]


async def no_figures(_: AsyncSession) -> Iterable[Figure]:
    """A room that has none of its own."""
    return ()


_WAITING = text("""
SELECT type, count(*) FILTER (WHERE state = 'ready') AS ready,
    count(*) FILTER (WHERE state = 'dead') AS dead,
    coalesce(extract(epoch FROM now() - min(available_at)
        FILTER (WHERE state = 'ready' AND available_at <= now())), 0)::float AS oldest_seconds
FROM corridor.deliveries WHERE state IN ('ready', 'dead') AND room = :room GROUP BY type
""")


async def _deliveries(session: AsyncSession, room: str) -> list[Figure]:
    figures = []
    for row in await session.execute(_WAITING, {"room": room}):
        labels = {"room": room, "type": row.type}
        figures += [
            Figure("groundswell_deliveries_waiting", "Deliveries that wait", row.ready, labels),
            Figure("groundswell_deliveries_dead", "Deliveries laid aside", row.dead, labels),
            Figure(
                "groundswell_deliveries_oldest_seconds",
                "How long the oldest delivery has waited",
                row.oldest_seconds,
                labels,
            ),
        ]
    return figures


async def read_figures(runtime: Runtime, own: ReadFigures) -> bytes:
    """What waits for the room of this process, and the figures of the room, for Prometheus.

    `groundswell_figures_read` is 0 where the database did not answer in time.
    """
    room = str(runtime.settings.room)
    found: list[Figure] = []
    try:
        async with asyncio.timeout(_PATIENCE), runtime.database.transaction() as session:
            found = [*await _deliveries(session, room), *await own(session)]
        read = 1
    except (TimeoutError, OSError, SQLAlchemyError) as error:
        log.warning("figures_unread", error=str(error))
        read = 0
    found.append(
        Figure("groundswell_figures_read", "Whether the database answered", read, {"room": room})
    )
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for figure in found:
        if figure.name not in gauges:
            names = list(figure.labels)
            gauges[figure.name] = Gauge(figure.name, figure.meaning, names, registry=registry)
        gauge = gauges[figure.name]
        (gauge.labels(**figure.labels) if figure.labels else gauge).set(figure.value)
    return generate_latest(registry)
