"""The models folder: a copy of every registered model, as `NAME/REVISION`.

A copy, never a link: what a release answers must not change when somebody tidies up elsewhere.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.compact.description import FILE as COMPACT_FILE
from services.analysis.engines.compact.description import FILES as COMPACT_FILES
from services.analysis.engines.compact.description import read_description, revision_of
from services.analysis.engines.model_folder import CARD, read_folder
from services.analysis.engines.registry import known_models
from shared.contracts.labels import Task
from shared.errors import ConfigurationError
from shared.ids import new_id

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_BLOCK: Final = 1 << 20


class KeptFolder(NamedTuple):
    """A model in the models folder; `location` is relative to it."""

    location: str
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
    checked = _look(path, task, labels)
    called = name or checked.name
    if not _NAME.fullmatch(called) or called in known_models():
        raise RefusedModel(
            f'"{called}" cannot be the name of a release; give another of letters, digits, dot, '
            "dash with --name"
        )
    staged = models / f".{new_id()}"
    try:
        try:
            staged.mkdir(parents=True)
            for file in checked.files:
                target = staged / file.relative_to(path)
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, target)
            location = f"{called}/{checked.finish(staged, called)}"
            files_hash = _hash(staged)
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
    return KeptFolder(location, files_hash)


class _Looked(NamedTuple):
    """A folder that may be kept: its name, what it needs; `finish` gives a copy its name and
    answers with its revision."""

    name: str
    files: Sequence[Path]
    finish: Callable[[Path, str], str]


def _look(path: Path, task: Task | None, labels: Mapping[str, str] | None) -> _Looked:
    if (path / COMPACT_FILE).is_file():
        said = read_description(path)
        files = sorted({file for pattern in COMPACT_FILES for file in path.glob(pattern)})
        return _Looked(said.name, files, _finish_compact)
    folder = read_folder(path, task=task, labels=dict(labels) if labels else None)
    update: dict[str, Any] = {"task": folder.task, **({"labels": dict(labels)} if labels else {})}

    def finish(staged: Path, name: str) -> str:
        said = folder.card.model_copy(update=update | {"name": name})
        document = said.model_dump(mode="json", exclude_defaults=True)
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=True)
        (staged / CARD).write_text(text, encoding="utf-8")
        return read_folder(staged).revision

    return _Looked(folder.name, folder.files, finish)


def _finish_compact(staged: Path, name: str) -> str:
    file = staged / COMPACT_FILE
    said = json.loads(file.read_text("utf-8")) | {"name": name}
    file.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return revision_of(staged)


def _hash(folder: Path) -> str:
    """SHA-256 over the names and contents of all files."""
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
