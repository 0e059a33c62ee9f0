"""Reading labels, and what they say of the models."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.labels.agreement import Comparison, agreement, among_people
from services.analysis.labels.drift import Share, drift
from services.analysis.labels.models import Label, LabelState
from services.analysis.labels.schemas import (
    AgreementOut,
    AgreementReport,
    BasisOut,
    DriftOut,
    WindowOut,
)
from shared.contracts.labels import Task

Release = tuple[str, str]


class By(StrEnum):
    """Into what the agreement is divided; each release always stands for itself."""

    WEEK = "week"
    MONTH = "month"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class LabelFilter:
    """Which labels are wanted; None asks for all."""

    post: UUID | None = None
    task: Task | None = None
    person: str | None = None
    state: LabelState | None = None
    sampled: bool | None = None
    differs: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


def labels(wanted: LabelFilter) -> Select[Label]:
    """The labels that fit."""
    query = select(Label)
    for column, value in (
        (Label.post_id, wanted.post),
        (Label.task, wanted.task),
        (Label.labelled_by_id, wanted.person),
        (Label.state, wanted.state),
        (Label.sampled, wanted.sampled),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.differs is not None:
        other = Label.model_label != Label.label
        same = Label.model_label == Label.label
        query = query.where(other if wanted.differs else same)
    if wanted.since is not None:
        query = query.where(Label.labelled_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Label.labelled_at < wanted.until)
    return query


# Each text counts once, with the label that was given last.
_CELLS = text("""
WITH newest AS (
    SELECT DISTINCT ON (post_id, revision, target, sampled)
        engine, release, sampled, model_label, label, labelled_at
    FROM analysis.labels
    WHERE task = :task AND state = 'current' AND model_label IS NOT NULL
      AND (:since IS NULL OR labelled_at >= :since)
      AND (:until IS NULL OR labelled_at < :until)
    ORDER BY post_id, revision, target, sampled, id DESC
)
SELECT sampled, engine, release, date_trunc(:unit, labelled_at AT TIME ZONE 'UTC')::date AS begins,
    model_label, label, count(*) AS texts
FROM newest GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY begins, engine, release
""").bindparams(
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
)

_PAIRS = text("""
SELECT one.label AS first, other.label AS second, count(*) AS texts
FROM analysis.labels AS one JOIN analysis.labels AS other
  ON other.post_id = one.post_id AND other.revision = one.revision AND other.task = one.task
    AND other.target IS NOT DISTINCT FROM one.target
    AND other.labelled_by_id > one.labelled_by_id AND other.state = 'current'
WHERE one.task = :task AND one.state = 'current'
  AND (:since IS NULL OR greatest(one.labelled_at, other.labelled_at) >= :since)
  AND (:until IS NULL OR greatest(one.labelled_at, other.labelled_at) < :until)
GROUP BY 1, 2 ORDER BY 1, 2
""").bindparams(
    bindparam("since", type_=DateTime(timezone=True)),
    bindparam("until", type_=DateTime(timezone=True)),
)


@dataclass(frozen=True, slots=True)
class _Cell:
    """So many texts that a release and a person labelled so, in the stretch from `begins`."""

    sampled: bool
    release: Release
    begins: date
    comparison: Comparison


async def agreement_report(
    session: AsyncSession, task: Task, by: By, since: datetime | None, until: datetime | None
) -> AgreementReport:
    """How well the model and people agree, and people among each other."""
    period: dict[str, Any] = {"task": str(task), "since": since, "until": until}
    unit = "month" if by is By.MONTH else "week"
    rows = await session.execute(_CELLS, period | {"unit": unit})
    cells = [
        _Cell(
            row.sampled,
            (row.engine, row.release),
            row.begins,
            Comparison(row.model_label, row.label, row.texts),
        )
        for row in rows
    ]
    pairs = await session.execute(_PAIRS, period)
    drawn = [cell for cell in cells if cell.sampled]
    return AgreementReport(
        task=task,
        sampled=_basis(drawn, by),
        corrections=_basis([cell for cell in cells if not cell.sampled], by),
        among_people=AgreementOut.of(
            among_people(Comparison(row.first, row.second, row.texts) for row in pairs)
        ),
        drift=_drift(drawn),
    )


def _basis(cells: Sequence[_Cell], by: By) -> BasisOut:
    windows: dict[tuple[date | None, Release], list[Comparison]] = defaultdict(list)
    for cell in cells:
        begins = None if by is By.RELEASE else cell.begins
        windows[begins, cell.release].append(cell.comparison)
    return BasisOut(
        overall=AgreementOut.of(agreement(cell.comparison for cell in cells)),
        windows=[
            WindowOut(
                begins=begins,
                engine=engine,
                release=release,
                **dict(AgreementOut.of(agreement(found))),
            )
            for (begins, (engine, release)), found in windows.items()
        ],
    )


def _drift(cells: Iterable[_Cell]) -> list[DriftOut]:
    """Each release beside its own past, the one that was labelled last first."""
    weeks: dict[Release, dict[date, list[Comparison]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        weeks[cell.release][cell.begins].append(cell.comparison)
    newest_first = sorted(weeks.items(), key=lambda item: max(item[1]), reverse=True)
    return [
        DriftOut.of(*release, drift([_share(found) for _, found in sorted(by_week.items())]))
        for release, by_week in newest_first
    ]


def _share(comparisons: Sequence[Comparison]) -> Share:
    agreed = sum(texts for first, second, texts in comparisons if first == second)
    return Share(agreed, sum(comparison.texts for comparison in comparisons))
