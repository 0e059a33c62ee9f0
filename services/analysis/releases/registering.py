"""Registering: from a folder, a hub, a shipped name or a server to a release."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from services.analysis.engines.base import Held, RefusedModel, UnknownModel
from services.analysis.engines.registry import known_models
from services.analysis.engines.remote.address import RemoteCard, is_remote, read_location
from services.analysis.releases.choosing import open_source
from services.analysis.releases.folders import keep_folder
from services.analysis.releases.models import Release
from services.analysis.releases.probing import probe
from services.analysis.sources import Source, SourceKind
from shared.contracts.actors import ActorRef
from shared.contracts.labels import Task
from shared.settings import Settings

_HUB: Final = "services.analysis.releases.hub"
# Fields of a remote card that a release has places of its own for.
_SAID_APART: Final = {"server", "labels", "task"}
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")


def make_release(
    settings: Settings,
    what: str,
    *,
    task: Task,
    labels: Mapping[str, str],
    revision: str | None,
    name: str | None,
    by: ActorRef,
) -> Release:
    """Check a model, bring it here where it has files, and let it judge a few texts.

    Raises:
        UnknownModel: there is no such folder, model or server.
        RefusedModel: it is not safe, or does not fit.
        ConfigurationError: the models folder cannot be written.
    """
    found: dict[str, Any]
    if Path(what).is_dir():
        found = _of_folder(settings, Path(what), task, labels, name or None)
        found["origin"] = str(Path(what).resolve())
    elif is_remote(what):
        card = read_location(what)
        labels = labels or card.labels
        source = Source.of(_address(card, name), task, labels)
        found = _of_engine(settings, SourceKind.REMOTE, source, task)
    elif what in known_models():
        found = _of_engine(settings, SourceKind.SHIPPED, Source(what), task)
    elif _REPOSITORY.fullmatch(what):
        fetched = _hub().download(what, revision)
        found = _of_folder(settings, fetched.path, task, labels, name or what.split("/")[1])
        found["origin"] = f"{what}@{fetched.commit}"
    else:
        raise UnknownModel(
            f'"{what}" is no folder, no name on a hub (OWNER/MODEL), no address and none of '
            f"{', '.join(known_models())}"
        )
    return Release(
        task=task, labels=dict(labels), registered_by=by.model_dump(mode="json"), **found
    )


def _address(card: RemoteCard, name: str | None) -> str:
    """What a card says, as an address that every process can read."""
    said = card.model_dump(mode="json", exclude_defaults=True, exclude=_SAID_APART)
    fields = said | ({"name": name} if name else {})
    return f"{card.server}?{urlencode(fields)}" if fields else card.server


def _of_folder(
    settings: Settings, path: Path, task: Task, labels: Mapping[str, str], name: str | None
) -> dict[str, Any]:
    kept = keep_folder(path, settings.models_path, task=task, labels=labels, name=name)
    source = Source(str(settings.models_path / kept.location))
    found = _of_engine(settings, SourceKind.FOLDER, source, task)
    return found | {"location": kept.location, "files_hash": kept.files_hash}


def _of_engine(settings: Settings, kind: SourceKind, source: Source, task: Task) -> dict[str, Any]:
    """Open an engine and let it judge a few texts."""
    engine = open_source(source, settings.analysis_device)
    try:
        probe(engine, task)
    finally:
        if isinstance(engine, Held):
            engine.close()
    return {
        "name": engine.name,
        "kind": kind,
        "location": source.location,
        "revision": engine.revision,
        "origin": source.location,
    }


def _hub() -> Any:
    try:
        return import_module(_HUB)
    except ModuleNotFoundError as error:
        raise RefusedModel(
            f"a model from a hub needs {error.name}; install groundswell[transformer]"
        ) from error
