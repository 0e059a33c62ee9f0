"""The models folder: a copy of every registered model, as `NAME/REVISION`.

A copy, never a link: what a release answers must not change when somebody tidies up elsewhere.
"""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.model_folder import CARD, ModelFolder, read_folder
from services.analysis.engines.registry import known_models
from shared.contracts.labels import Task
from shared.errors import ConfigurationError
from shared.ids import new_id

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BLOCK: Final = 1 << 20


class KeptFolder(NamedTuple):
    """A model in the models folder; `location` is relative to it."""

    location: str
    folder: ModelFolder
    files_hash: str


def keep_folder(
    path: Path,
    models: Path,
    *,
    task: Task | None = None,
    labels: Mapping[str, str] | None = None,
    name: str | None = None,
) -> KeptFolder:
    """Check a model folder, and copy what it needs into `models`, with a card that says the rest.

    Raises:
        RefusedModel: it is unsafe or does not fit, or its name cannot be used.
        ConfigurationError: the models folder cannot be written.
    """
    checked = read_folder(path, task=task, labels=dict(labels) if labels else None)
    called = name or checked.name
    if not _NAME.fullmatch(called) or called in known_models():
        raise RefusedModel(
            f'"{called}" cannot be the name of a release; give another of letters, digits, dot, '
            "dash with --name"
        )
    staged = models / f".{new_id()}"
    try:
        try:
            _copy(checked, staged, called, labels)
            kept = read_folder(staged)
            location = f"{kept.name}/{kept.revision}"
            if not (models / location).exists():
                (models / location).parent.mkdir(exist_ok=True)
                staged.rename(models / location)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise ConfigurationError(
            f"{models} cannot take the model: {error.strerror}. GROUNDSWELL_MODELS_FOLDER names "
            "the folder."
        ) from error
    there = read_folder(models / location)
    return KeptFolder(location, there, hash_files(there))


def hash_files(folder: ModelFolder) -> str:
    """SHA-256 over names and contents of the files that a model consists of."""
    digest = hashlib.sha256()
    for file in folder.files:
        digest.update(file.relative_to(folder.path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _copy(checked: ModelFolder, staged: Path, name: str, labels: Mapping[str, str] | None) -> None:
    staged.mkdir(parents=True)
    for file in checked.files:
        target = staged / file.relative_to(checked.path)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)
    said = checked.card.model_copy(update={"name": name, "task": checked.task})
    if labels:
        said = said.model_copy(update={"labels": dict(labels)})
    document = said.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=True)
    (staged / CARD).write_text(text, encoding="utf-8")
