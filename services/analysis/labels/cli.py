"""`groundswell labels export`: what people said of posts, as training data."""

import os
import sys
from typing import Annotated
from urllib.parse import urlencode

import typer

from services.analysis.labels.settling import Conflicts
from shared.cli.client import Client
from shared.contracts.labels import Task

labels = typer.Typer(help="People's labels.", no_args_is_help=True)


@labels.callback()
def _labels() -> None:
    """People's labels."""


@labels.command("export")
def export(
    task: Annotated[
        Task | None, typer.Option(help="One task; else all", show_default=False)
    ] = None,
    conflicts: Annotated[
        Conflicts, typer.Option(help="What becomes of texts that people label differently")
    ] = Conflicts.MAJORITY,
) -> None:
    """Write a JSON line a text to standard output: {"text", "label", "target"?, ...}.

    Through the gateway, with a key whose holder may export labels: texts of posts leave the system.
    """
    query = urlencode({"conflicts": str(conflicts)} | ({"task": str(task)} if task else {}))
    with Client.from_environment() as client:
        try:
            for piece in client.read(f"/api/v1/labels/export?{query}"):
                typer.echo(piece, nl=False)
        except BrokenPipeError:
            # The reader has what it wanted (`| head`). What is buffered must not fail at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
