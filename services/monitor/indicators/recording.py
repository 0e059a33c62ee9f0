"""Writing the history of indicators, and following what becomes of stories."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.indicators.bins import MINUTE, MOST_NAMES, Bin, Bins, sketch
from services.monitor.indicators.models import IndicatorBin
from services.monitor.indicators.statements import ADD_BINS, COUNT_MENTIONS, MOVE_BINS


async def write_bins(session: AsyncSession, bins: Bins) -> None:
    """Add what a batch counted, in its transaction: a delivery that comes again adds nothing."""
    found = bins.by_subject()
    if not found:
        return
    rows = [_row(subject, minute, each) for (subject, minute), each in found.items()]
    await session.execute(ADD_BINS, {name: [row[name] for row in rows] for name in rows[0]})


async def move_bins(session: AsyncSession, gone: UUID, into: UUID) -> None:
    """Count the history of a story to the one that it was merged into."""
    await session.execute(MOVE_BINS, {"gone": gone, "into": into})


async def replace_bins(session: AsyncSession, story: UUID, bins: Bins) -> None:
    """Put the history of a story that was counted anew in the place of what there was.

    `bins` were filled for this story, and for no watches.
    """
    await session.execute(delete(IndicatorBin).where(IndicatorBin.subject_id == story))
    await write_bins(session, bins)


async def count_mentions(
    session: AsyncSession,
    subjects: Sequence[UUID],
    since: datetime,
    until: datetime,
    minutes: int = 5,
) -> dict[UUID, dict[datetime, int]]:
    """Posts and copies of each watch or story, by the beginning of each stretch of `minutes`.

    Stretches without any are left out. Minutes are kept for 24 hours, quarter-hours for a week: ask
    for no finer stretches than there are.
    """
    rows = await session.execute(
        COUNT_MENTIONS,
        {"subject_id": list(subjects), "since": since, "until": until, "minutes": minutes},
    )
    found: dict[UUID, dict[datetime, int]] = {}
    for row in rows:
        found.setdefault(row.subject_id, {})[row.since] = row.mentions
    return found


def _row(subject: UUID, minute: int, each: Bin) -> dict[str, Any]:
    return {
        "subject_id": subject,
        "at": datetime.fromtimestamp(minute * MINUTE, tz=UTC),
        "posts": each.posts,
        "copies": each.copies,
        "negative": each.negative,
        "neutral": each.neutral,
        "positive": each.positive,
        "reach": each.reach,
        "weight": each.weight,
        "voice": each.voice,
        "platforms": _names(each.platforms),
        "regions": _names(each.regions),
        "sources": _hashes(each.sources),
        "authors": _hashes(each.authors),
    }


def _names(names: Iterable[str]) -> str:
    return json.dumps(sorted(names)[:MOST_NAMES])


def _hashes(keys: Iterable[str]) -> str:
    return f"{{{','.join(map(str, sketch(keys)))}}}"
