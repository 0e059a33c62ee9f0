"""`groundswell sample`: the sample organisation, and its event of two hours in forty seconds."""

import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import partial
from importlib.resources import as_file, files
from typing import Annotated, Any

import typer
import yaml

from shared.cli import public_api as api
from shared.cli.client import CallFailed, Client
from shared.cli.meter import Meter
from shared.cli.playback import Tally, play
from shared.cli.recordings import open_recording
from shared.cli.replay import show
from shared.cli.schedule import plan

_FOLDER = files("shared") / "sample"
_BATCH = 100
# A twin by name, or (for what is put in its place) a version that must be named to change it.
_EXISTS = (409, 428)
_SAMPLE = {"sample": True}
# The warning follows the last posts within seconds; a slow machine gets a little longer.
_LOOK_TIMES = 15
_LOOK_EVERY_SECONDS = 1.0


class Part(StrEnum):
    """What to load."""

    ORGANISATION = "organisation"
    EVENT = "event"


def sample(
    only: Annotated[
        Part | None, typer.Option(help="Load one part alone", show_default=False)
    ] = None,
) -> None:
    """Load the sample organisation, play the sample event, and tell what came of it.

    All of it is invented and marked as sample. A second call changes nothing.
    """
    with Client.from_environment() as client:
        if only is not Part.EVENT:
            load_organisation(client)
        if only is not Part.ORGANISATION:
            tell(client, play_event(client))


def load_organisation(client: Client) -> None:
    """Create the people, groups, rosters, rules and watches that are not there yet.

    Raises:
        CallFailed: the server refuses one of them for another reason than that it exists.
    """
    organisation = yaml.safe_load((_FOLDER / "organisation.yaml").read_text("utf-8"))
    groups = organisation["groups"]
    people = [
        person
        | {"groups": [group["slug"] for group in groups if person["name"] in group["members"]]}
        for person in organisation["people"]
    ]
    created = _create(client, api.USERS, people)
    created += _put(client, api.GROUPS, "slug", [group | _SAMPLE for group in groups])
    created += _put(client, api.DUTY, "group", organisation["duty"])
    for path, key, things in (
        (api.RECIPIENTS, "name", organisation["recipients"]),
        (api.RULES, "slug", organisation["rules"]),
    ):
        created += _put(client, path, key, [thing | _SAMPLE for thing in things])
    created += _create(client, api.WATCHES, [watch | _SAMPLE for watch in organisation["watches"]])
    company = organisation["company"]
    typer.echo(
        f"{company['name_zh']} {company['name']}: {len(people)} people, {len(groups)} groups, "
        f"{len(organisation['watches'])} watches; {created or 'nothing'} new."
    )


def _create(client: Client, path: str, things: Iterable[dict[str, Any]]) -> int:
    return sum(_unless_there(partial(client.post, path, thing)) for thing in things)


def _put(client: Client, path: str, key: str, things: Iterable[dict[str, Any]]) -> int:
    """Put each in its place: `key` is the field that names it there."""
    created = 0
    for thing in things:
        fields = {name: value for name, value in thing.items() if name != key}
        created += _unless_there(partial(client.put, f"{path}/{thing[key]}", fields))
    return created


def _unless_there(create: Callable[[], object]) -> bool:
    """Create something; False where it is there already."""
    try:
        create()
    except CallFailed as error:
        if error.status not in _EXISTS:
            raise
        return False
    return True


def play_event(client: Client) -> Tally:
    """Play the sample event; where the server has it already, that takes a second or two."""
    with as_file(_FOLDER / "event.jsonl") as file:
        recording = open_recording(file)
        schedule = plan(recording, speed=None, started=time.time())
        with Meter("sample event", recording.count) as meter:
            return play(recording, schedule, client, size=_BATCH, clock=time, played=meter.advance)


def tell(client: Client, tally: Tally) -> None:
    """Say what the event left: posts, stories, the gravest warning, the incident."""
    if tally.all_known:
        typer.echo(f"The sample event was played before: all {tally.total} posts are there.")
    else:
        show(tally, as_json=False)
    for line in _outcome(client, wait=not tally.all_known):
        typer.echo(line)


def _outcome(client: Client, *, wait: bool) -> list[str]:
    for _ in range(_LOOK_TIMES if wait else 1):
        warnings = client.get(api.WARNINGS)["items"]
        incidents = client.get(api.INCIDENTS)["items"]
        if warnings and incidents:
            break
        time.sleep(_LOOK_EVERY_SECONDS * wait)
    stories = client.get(api.STORIES)["items"]
    gravest = max(warnings, key=lambda warning: api.LEVELS.index(warning["level"]), default=None)
    return [
        f"Stories: {len(stories)}",
        f"Warning: {gravest['level']}: {_why(gravest)}" if gravest else "Warning: none yet",
        f"Incident: {incidents[0]['title']}" if incidents else "Incident: none yet",
    ]


def _why(warning: dict[str, Any]) -> str:
    return " ".join(reason["text"] for reason in warning["reasons"])
