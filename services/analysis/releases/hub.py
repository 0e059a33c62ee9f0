"""Models from a Hugging Face hub, or from a mirror of one (`HF_ENDPOINT`), or from the cache alone
(`HF_HUB_OFFLINE`).

The list of files is looked at before anything is fetched; no pickle and no code is ever fetched.
"""

import fnmatch
from pathlib import Path
from typing import Final, NamedTuple

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from services.analysis.engines.base import RefusedModel, UnknownModel, first_line

_WEIGHTS: Final = ("*.safetensors",)
_GRAPHS: Final = ("model.onnx", "model.onnx_data", "onnx/model.onnx", "onnx/model.onnx_data")
# Beside the weights: settings, vocabularies, our card.
_BESIDE: Final = ("*.json", "*.txt", "*.model", "groundswell.yaml")


class Download(NamedTuple):
    """A snapshot of a repository, at one commit."""

    path: Path
    commit: str


def download(repo: str, revision: str | None = None) -> Download:
    """Fetch the files that a model needs, of the commit that `revision` (a branch, a tag, a commit)
    means now.

    Raises:
        UnknownModel: there is no such repository or revision, or it cannot be reached.
        RefusedModel: it has weights in pickle only, or none.
    """
    try:
        try:
            info = HfApi().model_info(repo, revision=revision)
        except OfflineModeIsEnabled:
            cached = _cached(repo, revision)
            return Download(cached, cached.name)
        wanted = choose_files(repo, [file.rfilename for file in info.siblings or ()])
        # A commit, and not a branch: what was looked at is what is fetched.
        path = snapshot_download(repo, revision=info.sha, allow_patterns=wanted)
        return Download(Path(path), str(info.sha))
    except GatedRepoError as error:
        raise UnknownModel(f"{repo} asks for a sign-in; accept its terms, set HF_TOKEN") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise UnknownModel(
            f'no folder is called "{repo}", and the hub has no such model that may be read; check '
            "the name, or set HF_TOKEN"
        ) from error
    except RevisionNotFoundError as error:
        raise UnknownModel(f'{repo} has no revision "{revision}"') from error
    except LocalEntryNotFoundError as error:
        raise UnknownModel(
            f"{repo} is not in the cache, and the hub may not or cannot be asked; fetch it once "
            "with a network, or give a folder"
        ) from error
    except RefusedModel:
        raise
    except Exception as error:  # its client changed its HTTP library twice, and errors with it
        raise UnknownModel(f"{repo} cannot be fetched: {first_line(error)}") from error


def _cached(repo: str, revision: str | None) -> Path:
    """The snapshot in the cache; of a branch, the one that was fetched last."""
    # A snapshot is whole when all files that are asked for are there: pickles never are.
    try:
        found = snapshot_download(
            repo, revision=revision, local_files_only=True, allow_patterns=[*_WEIGHTS, *_BESIDE]
        )
    except LocalEntryNotFoundError:
        found = snapshot_download(
            repo, revision=revision, local_files_only=True, allow_patterns=[*_GRAPHS, *_BESIDE]
        )
    return Path(found)


def choose_files(repo: str, names: list[str]) -> list[str]:
    """Which files of a repository are fetched: safetensors weights, or else an ONNX graph.

    Raises:
        RefusedModel: it has neither.
    """
    here = [name for name in names if "/" not in name]
    weights = _matching(here, _WEIGHTS) or _matching(names, _GRAPHS)
    if weights:
        return weights + _matching(here, _BESIDE)
    pickles = _matching(here, ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack"))
    if pickles:
        raise RefusedModel(
            f"{repo} has only {', '.join(pickles)}; weights in pickle can run code and are not "
            "fetched: look for a revision with safetensors"
        )
    raise RefusedModel(f"{repo} has no weights (*.safetensors, model.onnx)")


def _matching(names: list[str], patterns: tuple[str, ...]) -> list[str]:
    return [name for name in names if any(fnmatch.fnmatchcase(name, each) for each in patterns)]
