"""The `groundswell` command: one thin file per verb.

Every verb, the rooms' and our own, is an entry point of the group `groundswell.verbs` and is loaded
when it is called: the corridor imports no room, and `groundswell serve` loads no training code.
"""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from shared.errors import GroundswellError

HELP = "Notices a surge of public opinion early, understands it, answers it, keeps the proof."


def build(verb: str | None) -> typer.Typer:
    """The command with one verb loaded, or with all of them where it is not known which is meant
    (`groundswell --help`)."""
    app = typer.Typer(
        name="groundswell",
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # A callback keeps the verb in the command line even where only one is loaded.
    app.callback()(_start)
    verbs = {entry.name: entry for entry in entry_points(group="groundswell.verbs")}
    for name in sorted(verbs) if verb not in verbs else [verb]:
        _add(app, name, verbs[name])
    return app


def main() -> None:
    """Run the command; an error that a user understands is one line and exit status 2."""
    try:
        build(next(iter(sys.argv[1:]), None))()
    except GroundswellError as error:
        typer.echo(f"groundswell: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _start() -> None:
    pass


_start.__doc__ = HELP


def _add(app: typer.Typer, name: str, entry: EntryPoint) -> None:
    try:
        loaded: Any = entry.load()
    except ModuleNotFoundError as error:
        # Says so whatever options it is called with.
        anything = {"allow_extra_args": True, "ignore_unknown_options": True}
        app.command(name, context_settings=anything)(_refusal(name, error.name))
    else:
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name)
        else:
            app.command(name)(loaded)


def _refusal(verb: str, library: str | None) -> Callable[[], None]:
    missing = f"{library} is not installed, and `groundswell {verb}` needs it."

    def refuse() -> None:
        raise GroundswellError(missing)

    refuse.__doc__ = f"Not available: {missing}"
    return refuse
