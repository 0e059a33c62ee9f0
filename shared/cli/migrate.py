"""`groundswell migrate`: bring the database up to date."""

import asyncio
import os

import typer

from shared.errors import ConfigurationError
from shared.migrate import migrate as run_migrations


def migrate() -> None:
    """Create or upgrade the schemas and the rooms' database roles, as the database's owner."""
    url = os.environ.get("GROUNDSWELL_DATABASE_URL")
    if not url:
        raise ConfigurationError("GROUNDSWELL_DATABASE_URL is not set: name the database.")
    asyncio.run(run_migrations(url, report=typer.echo))
