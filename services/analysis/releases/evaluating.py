"""Evaluations that are kept: an engine on a labelled file, beside the live one, and the gate."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.analysis.engines.base import Engine, Held
from services.analysis.engines.lexicon import LexiconEngine
from services.analysis.releases.choosing import open_source, read_choice
from services.analysis.releases.evaluation import evaluate
from services.analysis.releases.figures import Evaluation
from services.analysis.releases.gate import objections
from services.analysis.releases.labelled import LabelledRow
from services.analysis.releases.models import EvaluationRecord, LiveRelease, Release
from services.analysis.releases.report import Occasion, render
from services.analysis.releases.telling import list_processes
from services.analysis.releases.wanted import source_of
from services.analysis.sources import LEXICON, Source
from shared.contracts.actors import ActorRef
from shared.contracts.labels import Task
from shared.db import database_now
from shared.settings import Settings


class Live(NamedTuple):
    """What answers for a task: without an id, the model of the settings."""

    id: UUID | None
    source: Source


async def find_live(session: AsyncSession, settings: Settings, task: Task) -> Live:
    """What answers for a task by the record."""
    release = await session.scalar(
        select(Release)
        .join(LiveRelease, LiveRelease.release_id == Release.id)
        .where(LiveRelease.task == task)
    )
    if release is not None:
        return Live(release.id, source_of(release, settings))
    # The settings of the processes count, and not those of a shell beside them.
    for process in await list_processes(session):
        if task in process.told.chosen:
            return Live(None, Source(process.told.chosen[task], task))
    return Live(None, _chosen(settings, task))


def measure(
    settings: Settings,
    task: Task,
    candidate: Source,
    live: Live | None,
    rows: Iterable[LabelledRow],
    opened: Mapping[Source, Engine] | None = None,
    *,
    isolated: bool = False,
) -> Evaluation:
    """Measure a candidate on rows, beside the live model where one is given; takes computing time.

    Engines in `opened` are used as they are; others are opened for the while, in processes of their
    own if `isolated` says so.

    Raises what `open_source` and `evaluate` raise.
    """
    with ExitStack() as stack:
        device, held = settings.analysis_device, opened or {}
        engine = stack.enter_context(_borrow(candidate, held, device, isolated=isolated))
        beside = None
        if live is not None and live.source != candidate:
            beside = stack.enter_context(_borrow(live.source, held, device, isolated=isolated))
            if task not in beside.tasks:
                beside = LexiconEngine()
        return evaluate(engine, task, rows, baseline=beside)


async def keep_evaluation(
    session: AsyncSession,
    release: Release,
    evaluation: Evaluation,
    *,
    file_name: str,
    file_hash: str,
    live: Live | None,
    by: ActorRef,
) -> EvaluationRecord:
    """Keep what was measured, with what the gate says of it and a page that shows it."""
    findings = objections(evaluation)
    beside = evaluation.baseline
    occasion = Occasion(file_name, file_hash, await database_now(session), tuple(findings))
    record = EvaluationRecord(
        release_id=release.id,
        file_name=file_name,
        file_hash=file_hash,
        rows=evaluation.rows,
        figures=_storable(evaluation.model_dump(mode="json")),
        baseline_id=live.id if live and beside else None,
        baseline_name=beside.name if beside else None,
        baseline_revision=beside.revision if beside else None,
        passed=not findings,
        findings=findings,
        report=_storable(render(evaluation, occasion)),
        evaluated_by=by.model_dump(mode="json"),
    )
    session.add(record)
    await session.flush()
    await session.refresh(record, ["evaluated_at"])
    return record


@contextmanager
def _borrow(
    source: Source, opened: Mapping[Source, Engine], device: str, *, isolated: bool
) -> Iterator[Engine]:
    if source in opened:
        yield opened[source]
        return
    engine = open_source(source, device, isolated=isolated)
    try:
        yield engine
    finally:
        if isinstance(engine, Held):
            engine.close()


def _storable(value: Any) -> Any:
    """Texts of a labelled file may hold what PostgreSQL does not: NUL, half a surrogate pair."""
    match value:
        case str():
            return (
                value.encode("utf-8", "replace")
                .decode()
                .replace("\x00", "\N{REPLACEMENT CHARACTER}")
            )
        case dict():
            return {_storable(key): _storable(each) for key, each in value.items()}
        case list():
            return [_storable(each) for each in value]
    return value


def _chosen(settings: Settings, task: Task) -> Source:
    """The model of the settings for a task; one that does not do it leaves it to the lexicon."""
    choice = read_choice(settings.analysis_model)
    return choice.get(task) or choice.get(None) or LEXICON
