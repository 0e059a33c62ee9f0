"""The `groundswell` command: one thin file per verb.

Every verb, the rooms' and our own, is an entry point of the group `groundswell.verbs` and is loaded
when it is called: the corridor imports no room, and `groundswell serve` loads no training code.
"""

import sys
from importlib.metadata import entry_points
from typing import Any

import click
import typer
from typer.core import TyperGroup
from typer.main import get_command

from shared.errors import GroundswellError

_VERBS = {entry.name: entry for entry in entry_points(group="groundswell.verbs")}


class VerbGroup(TyperGroup):
    """The table of verbs, each loaded when it is needed."""

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of all verbs."""
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The verb of this name, or None."""
        if name not in _VERBS:
            return None
        try:
            verb = _VERBS[name].load()
        except ModuleNotFoundError as error:
            missing = f"{error.name} is not installed, and `groundswell {name}` needs it."
            return click.Command(name, help=missing, callback=_refuse(missing))
        command = _as_command(verb)
        command.name = name
        return command


def _as_command(verb: Any) -> click.Command:
    if isinstance(verb, typer.Typer):
        return get_command(verb)
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command()(verb)
    return get_command(single)


def _refuse(message: str) -> Any:
    def refuse() -> None:
        raise GroundswellError(message)

    return refuse


app = typer.Typer(
    cls=VerbGroup,
    name="groundswell",
    help="Notices a surge of public opinion early, understands it, answers it, keeps the proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _start() -> None:
    """Notices a surge of public opinion early, understands it, answers it, keeps the proof."""


def main() -> None:
    """Run the command; an error that a user understands is one line and exit status 2."""
    try:
        ended = app(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(130)
    except GroundswellError as error:
        typer.echo(f"groundswell: {error}", err=True)
        sys.exit(2)
    sys.exit(ended if isinstance(ended, int) else 0)
