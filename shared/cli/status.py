"""`groundswell status`: what runs on this machine, where, and how healthy it is."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.engines.home import Home
from shared.launch.look import Outlook, look
from shared.launch.settings import load_launch_settings


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs")] = False,
) -> None:
    """Tell what runs, where, and how it does. Exit status 0: all of it is ready; 1: not."""
    outlook = look(Home.open(load_launch_settings().home))
    if as_json:
        typer.echo(json.dumps(asdict(outlook) | {"healthy": outlook.healthy}, indent=2))
    else:
        _show(outlook)
    if not outlook.healthy:
        raise typer.Exit(1)


def _show(outlook: Outlook) -> None:
    if not outlook.running:
        typer.echo(f"Nothing runs in {outlook.home}. Start it with: groundswell up")
    else:
        typer.echo(f"{outlook.address}   data: {outlook.home}")
    if not outlook.parts:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("part", "state", "process", "port", "restarts"):
        table.add_column(heading, justify="left" if heading in ("part", "state") else "right")
    for part in outlook.parts:
        numbers = (part.pid or "", part.port or "", part.restarts or "")
        table.add_row(part.name, part.state, *map(str, numbers))
    Console(highlight=False).print(table)
