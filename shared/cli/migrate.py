"""`groundswell migrate`: bring the database up to date, or wait until that was done."""

import asyncio
import os
from typing import Annotated

import typer

from shared.contracts.rooms import Room
from shared.errors import ConfigurationError
from shared.migrate import migrate as run_migrations
from shared.revisions import wait_for_schema


def migrate(
    wait: Annotated[
        Room | None,
        typer.Option(
            help="Change nothing: wait until the schema of this room is as this version needs it",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Create or upgrade the schemas and the rooms' database roles, as the database's owner."""
    url = os.environ.get("GROUNDSWELL_DATABASE_URL")
    if not url:
        raise ConfigurationError("GROUNDSWELL_DATABASE_URL is not set: name the database.")
    if wait:
        asyncio.run(wait_for_schema(url, wait, report=typer.echo))
    else:
        asyncio.run(run_migrations(url, report=typer.echo))
