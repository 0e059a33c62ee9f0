"""`groundswell import FILE`: posts from a table or a list, read by the server, column by column."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from shared.cli import public_api as api
from shared.cli.client import Client
from shared.cli.meter import Meter
from shared.errors import GroundswellError

_FINISHED = frozenset({"done", "failed"})
_LOOK_EVERY_SECONDS = 0.5


class ImportCallError(GroundswellError):
    """The call does not fit: no such file, or a mapping that cannot be read."""


def import_(
    file: Annotated[Path, typer.Argument(help="CSV, Excel or JSON lines")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="FIELD=COLUMN, once for each field, as text=内容", show_default=False
        ),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(help="The platform of rows that name none", show_default=False),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            help="Of times that name none, as Asia/Shanghai; else UTC", show_default=False
        ),
    ] = None,
    warn: Annotated[
        bool, typer.Option(help="Let the posts raise warnings; history raises none")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON")] = False,
) -> None:
    """Import posts from a file, and report what was refused and why.

    Exit status 1 when rows were refused or the import failed.
    """
    if not file.is_file():
        raise ImportCallError(f"There is no file {file}.")
    fields = {"mapping": json.dumps(columns_of(column or []), ensure_ascii=False)}
    fields |= {"platform": platform} if platform else {}
    fields |= {"timezone": timezone} if timezone else {}
    fields |= {"warn": "true"} if warn else {}
    with Client.from_environment() as client:
        report = follow(client, client.upload(api.POSTS_IMPORT, file, fields))
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else as_text(report))
    if report["status"] == "failed" or report.get(api.REJECTED):
        raise typer.Exit(1)


def columns_of(pairs: list[str]) -> dict[str, str]:
    """Our field -> the file's column, from FIELD=COLUMN pairs.

    Raises:
        ImportCallError: a pair has no "=", or one of its sides is empty.
    """
    columns = {}
    for pair in pairs:
        field, _, name = pair.partition("=")
        if not field.strip() or not name.strip():
            raise ImportCallError(f"--map {pair!r}: write FIELD=COLUMN, as published_at=发布时间.")
        columns[field.strip()] = name.strip()
    return columns


def follow(client: Client, job: dict[str, Any]) -> dict[str, Any]:
    """Watch an import until it has ended, and return its report."""
    with Meter("import", job.get("rows") or 0) as meter:
        while job["status"] not in _FINISHED:
            time.sleep(_LOOK_EVERY_SECONDS)
            job = client.get(f"{api.POSTS_IMPORT}/{job['id']}")
            meter.reach(sum(job.get(name) or 0 for name in api.OUTCOMES))
    return job


def as_text(report: dict[str, Any]) -> str:
    """The report for people: counts, then a line for each refused row."""
    counts = ", ".join(f"{report.get(name) or 0:,} {name}" for name in api.OUTCOMES)
    refused = [f"row {row['row']}: {row['reason']}" for row in report.get("refused") or ()]
    return "\n".join([f"{report['status']}: {counts}", *refused])
