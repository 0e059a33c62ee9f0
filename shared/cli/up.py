"""`groundswell up`: run the whole system on this machine."""

from typing import Annotated

import typer

from shared.engines.home import Home
from shared.launch.launch import launch
from shared.launch.processes import standard_plan
from shared.launch.screen import Screen
from shared.launch.settings import load_launch_settings


def up(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where the gateway listens  [default: 8000]"),
    ] = None,
    sample: Annotated[
        bool, typer.Option(help="Load the sample organisation and play the sample event, once")
    ] = True,
) -> None:
    """Run everything on this machine until Ctrl-C: engines, gateway, rooms, workers.

    PostgreSQL and Valkey are our own, in .groundswell/, unless GROUNDSWELL_DATABASE_URL and
    GROUNDSWELL_REDIS_URL name others.
    """
    settings = load_launch_settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    home = Home.open(settings.home)
    launch(home, settings, standard_plan(home.path / "admin-key"), Screen(), sample=sample)
