"""`groundswell model`: models for data scientists, straight on the room's database.

Not through the API: a model is gigabytes of files that must lie where the room's processes open
them, a labelled file is as large as it is, and a roll-back must work when the API does not.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.analysis.releases import printing, queries, recomputing, service
from services.analysis.releases.errors import BelowGate
from services.analysis.releases.evaluating import find_live, keep_evaluation, measure
from services.analysis.releases.given import (
    hash_file,
    person,
    read_labels,
    read_moment,
    read_share,
    write_page,
)
from services.analysis.releases.labelled import read_labelled
from services.analysis.releases.models import EvaluationRecord, RecomputationState, Release
from services.analysis.releases.registering import make_release
from services.analysis.releases.service import named
from services.analysis.releases.wanted import source_of
from shared.cli.meter import Meter
from shared.contracts.labels import Task
from shared.contracts.rooms import Room
from shared.db import Database
from shared.launch.local import local_settings
from shared.settings import Settings

T = TypeVar("T")

model = typer.Typer(help="Models and their releases.", no_args_is_help=True)

_LOOK_SECONDS: Final = 0.5


class Against(StrEnum):
    """What an evaluation compares with."""

    LIVE = "live"
    NOTHING = "nothing"


Called = Annotated[str, typer.Argument(metavar="RELEASE", help="NAME, NAME@REVISION or its id")]
OfTask = Annotated[Task | None, typer.Option("--task", help="Where a name stands for several")]
Reason = Annotated[str | None, typer.Option(help="Why; it is recorded", show_default=False)]
By = Annotated[
    str, typer.Option(help="Who does this; it is recorded", show_default="the user of this shell")
]


@model.command("register")
def register(
    what: Annotated[str, typer.Argument(help="Folder, OWNER/MODEL of a hub, name, or address")],
    task: Annotated[Task, typer.Option(help="What it is asked")],
    labels: Annotated[
        Path | None, typer.Option(help="YAML: the model's label -> ours", show_default=False)
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Branch, tag or commit on the hub", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What it is called from now on", show_default=False)
    ] = None,
    by: By = "",
) -> None:
    """Check a model, copy it into the models folder, and keep it as a release."""
    settings = local_settings(Room.ANALYSIS)
    release = make_release(
        settings,
        what,
        task=task,
        labels=read_labels(labels) if labels else {},
        revision=revision,
        name=name,
        by=person(by),
    )
    kept = _run(settings, lambda session: service.keep_release(session, release))
    typer.echo(f"{named(kept)} is registered for {kept.task}: {kept.id}")


@model.command("list")
def list_releases(
    task: OfTask = None,
) -> None:
    """All releases, newest first."""

    async def load(session: AsyncSession) -> list[Release]:
        query = select(Release).order_by(Release.id.desc())
        if task is not None:
            query = query.where(Release.task == task)
        return list(await session.scalars(query))

    printing.releases(_run(local_settings(Room.ANALYSIS), load))


@model.command("show")
def show(called: Called, task: OfTask = None) -> None:
    """One release: its evaluations, and how far it agreed as a shadow."""

    async def load(session: AsyncSession) -> None:
        release = await service.find_release(session, called, task)
        evaluations = await session.scalars(
            select(EvaluationRecord)
            .where(EvaluationRecord.release_id == release.id)
            .order_by(EvaluationRecord.id.desc())
        )
        printing.release(release, list(evaluations))
        printing.shadow(await queries.find_shadow_report(session, release.id))

    _run(local_settings(Room.ANALYSIS), load)


@model.command("evaluate")
def evaluate(
    called: Called,
    file: Annotated[Path, typer.Argument(help='JSON lines {"text", "label", "target"?, …}')],
    against: Annotated[Against, typer.Option(help="Measure the live model too")] = Against.LIVE,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with charts here", show_default=False)
    ] = None,
    task: OfTask = None,
    by: By = "",
) -> None:
    """Measure a release on a labelled file. Exit status 1: it does not pass the gate."""
    settings = local_settings(Room.ANALYSIS)
    release = _run(settings, lambda session: service.find_release(session, called, task))
    live = None
    if against is Against.LIVE:
        live = _run(settings, lambda session: find_live(session, settings, release.task))
    rows = read_labelled(file, release.task)
    # The models run here, and not in a transaction.
    evaluation = measure(settings, release.task, source_of(release, settings), live, rows)

    async def keep(session: AsyncSession) -> EvaluationRecord:
        kept = await keep_evaluation(
            session,
            release,
            evaluation,
            file_name=file.name,
            file_hash=hash_file(file),
            live=live,
            by=person(by),
        )
        return await session.get_one(
            EvaluationRecord, kept.id, options=[undefer(EvaluationRecord.report)]
        )

    record = _run(settings, keep)
    if report:
        write_page(report, record.report)
    printing.evaluation(evaluation, record)
    if against is Against.LIVE and not record.passed:
        raise typer.Exit(1)


@model.command("shadow")
def shadow(
    called: Called,
    share: Annotated[str, typer.Option(help="Of all posts, as 0.1; or off")] = "0.1",
    task: OfTask = None,
    by: By = "",
) -> None:
    """Let a release judge a share of the posts beside the live one, unheard."""
    part = read_share(share)

    async def change(session: AsyncSession) -> None:
        release = await service.find_release(session, called, task)
        run = await service.change_shadow(session, release.id, part, person(by))
        if part:
            typer.echo(f"{named(release)} judges {part:.0%} of the posts as a shadow from now on.")
        else:
            typer.echo(f"{named(release)} is no shadow any more; it judged {run.judged:,} posts.")

    _run(local_settings(Room.ANALYSIS), change)


@model.command("promote")
def promote(called: Called, reason: Reason = None, task: OfTask = None, by: By = "") -> None:
    """Let a release answer for its task. Exit status 1: the gate is not passed, no reason given."""

    async def change(session: AsyncSession) -> None:
        release = await service.find_release(session, called, task)
        await service.promote(session, release.id, person(by), reason)
        typer.echo(f"{named(release)} is live for {release.task}.")

    try:
        _run(local_settings(Room.ANALYSIS), change)
    except BelowGate as error:
        typer.echo(f"groundswell: {error}", err=True)
        raise typer.Exit(1) from None


@model.command("rollback")
def roll_back(
    task: Annotated[Task, typer.Argument(help="Which task goes back")],
    reason: Reason = None,
    by: By = "",
) -> None:
    """Let the model answer again that answered before the newest promotion."""

    async def change(session: AsyncSession) -> None:
        promotion = await service.roll_back(session, task, person(by), reason)
        back = promotion.release_id
        name = named(await service.get_release(session, back)) if back else "the model of settings"
        typer.echo(f"{name} is live for {task} again.")

    _run(local_settings(Room.ANALYSIS), change)


@model.command("recompute")
def recompute(
    since: Annotated[
        datetime | None, typer.Option(help="Published from then on", show_default=False)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Published before then", show_default=False)
    ] = None,
    wait: Annotated[bool, typer.Option(help="Stay until it is done")] = True,
    by: By = "",
) -> None:
    """Give the opinions of old posts anew, by the models that are live now."""
    settings = local_settings(Room.ANALYSIS)
    started = _run(
        settings,
        lambda session: recomputing.start_recomputation(
            session, person(by), since=read_moment(since), until=read_moment(until)
        ),
    )
    typer.echo(f"Recomputation {started.id} has begun.")
    if not wait:
        return
    running = started
    while running.total is None:
        running = _run(
            settings, lambda s: recomputing.get_recomputation(s, started.id), _LOOK_SECONDS
        )
    with Meter("opinions", running.total) as meter:
        while running.state is not RecomputationState.DONE:
            running = _run(
                settings, lambda s: recomputing.get_recomputation(s, started.id), _LOOK_SECONDS
            )
            meter.reach(running.done)
    typer.echo(f"Done: {running.done:,} posts, {running.judged:,} opinions are new.")


def _run(settings: Settings, work: Callable[[AsyncSession], Awaitable[T]], pause: float = 0.0) -> T:
    """Do something in one transaction, after a pause in seconds."""
    time.sleep(pause)

    async def run() -> T:
        database = Database.of(settings, role="cli")
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(run())
