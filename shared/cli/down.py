"""`groundswell down`: stop what `groundswell up` started here."""

import typer

from shared.engines.home import Home
from shared.launch.settings import load_launch_settings
from shared.launch.stop import stop_running


def down() -> None:
    """Stop the system of this data folder, or clean up after a run of it that crashed."""
    stop_running(Home.open(load_launch_settings().home), typer.echo)
