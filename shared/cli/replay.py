"""`groundswell replay FILE`: past or made-up posts through the public API, in their own rhythm."""

import json
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.cli import public_api as api
from shared.cli.client import Client
from shared.cli.json_lines import RecordingError
from shared.cli.meter import Meter
from shared.cli.playback import Tally, play
from shared.cli.recordings import open_recording
from shared.cli.schedule import plan


class Shift(StrEnum):
    """Which times replayed posts carry."""

    NOW = "now"
    NONE = "none"


def replay(
    file: Annotated[
        Path, typer.Argument(help="Posts or events, one JSON object a line; .gz is read as it is")
    ],
    event: Annotated[
        str | None, typer.Option(help="Which event of the file, by id", show_default=False)
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Simulated seconds per second; 0 is as fast as accepted. "
            "Default: the whole takes 40 seconds",
            show_default=False,
        ),
    ] = None,
    batch: Annotated[
        int, typer.Option(min=1, max=api.MOST_POSTS, help="The most posts in one request")
    ] = 100,
    shift: Annotated[
        Shift,
        typer.Option(help="now: the last post is published when it is sent; none: as recorded"),
    ] = Shift.NOW,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON")] = False,
) -> None:
    """Play posts through the public API, with their own distances in time.

    Every post is stored once, however often it is played. Exit status 1 when any was rejected.
    """
    recording = open_recording(file, event)
    if shift is Shift.NONE and not recording.dated:
        raise RecordingError(f"{file} has seconds, no dates: --shift none does not fit.")
    schedule = plan(recording, speed=speed, started=time.time(), shifted=shift is Shift.NOW)
    with Client.from_environment() as client, Meter(recording.name, recording.count) as meter:
        tally = play(recording, schedule, client, size=batch, clock=time, played=meter.advance)
    show(tally, as_json=as_json)
    if tally.outcomes[api.REJECTED]:
        raise typer.Exit(1)


def show(tally: Tally, *, as_json: bool) -> None:
    """Print what became of the posts, as a table or as one line of JSON."""
    if as_json:
        typer.echo(json.dumps(tally.document(), ensure_ascii=False))
        return
    table = Table("Outcome", "Posts")
    for outcome in api.OUTCOMES:
        table.add_row(outcome, f"{tally.outcomes[outcome]:,}")
    console = Console()
    console.print(table)
    for name, reason in tally.refused:
        console.print(f"rejected {name}: {reason}", markup=False)
