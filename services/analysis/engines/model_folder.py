"""A model folder as Hugging Face writes it, looked at before anything in it is run.

Only safetensors weights and ONNX graphs are taken, which are data: a pickle executes what its
author put into it. Code that comes with a model is never run.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.labelling import fit_labels
from services.analysis.engines.onnx_graph import external_files
from shared.contracts.labels import Task

CARD: Final = "groundswell.yaml"
_PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.pickle", "*.msgpack", "*.h5")
# What decides the answers, and so the revision.
_DECISIVE: Final = ("*.json", "*.txt", "*.model", "*.safetensors", CARD)
# Where an ONNX graph lies when it is saved alone, and when it lies beside other weights.
_GRAPHS: Final = ("model.onnx", "onnx/model.onnx")
_BLOCK: Final = 1 << 20


class Card(BaseModel):
    """`groundswell.yaml`: what the folder itself cannot say. Every field is optional.

    `temperature` divides the logits (calibration, Guo and others 2017); a verdict is unsure below
    `unsure_below`; `pair` is the order of text and target that a stance model was trained with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = None
    task: Task | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    pair: Literal["target-first", "text-first"] = "target-first"
    temperature: float = Field(default=1.0, gt=0)
    unsure_below: float = Field(default=0.5, ge=0, le=1)
    max_tokens: int = Field(default=512, ge=8, le=32_768)


class ModelFolder(BaseModel):
    """A folder that may be run: `labels[i]` is our label for the model's output i.

    It holds safetensors weights, or an ONNX graph (`graph`), or both. `config` is its config.json;
    `files` are those that decide the answers: what a copy of the model needs. `tokenizer_limit` is
    the number of tokens that the tokenizer was made for.
    """

    model_config = ConfigDict(frozen=True)

    path: Path
    name: str
    revision: str
    task: Task
    labels: tuple[str, ...]
    card: Card
    config: dict[str, Any]
    safetensors: bool
    graph: Path | None
    tokenizer_limit: float | None
    files: tuple[Path, ...]


def read_folder(
    path: Path, *, task: Task | None = None, labels: dict[str, str] | None = None
) -> ModelFolder:
    """Read and check a model folder; `task` and `labels` go before those of its card.

    Raises:
        RefusedModel: something is missing, unsafe, or does not fit; the message says which file.
    """
    config = _read_config(path / "config.json")
    card = _read_card(path / CARD)
    safetensors = any(path.glob("*.safetensors"))
    graph = next((path / name for name in _GRAPHS if (path / name).is_file()), None)
    if not (safetensors or graph):
        raise RefusedModel(_no_weights(path))
    tokenizer = _read_tokenizer_config(path)
    _check_code(path, config, tokenizer)
    found, ours = fit_labels(
        _label_names(path, config), task=task or card.task, mapping=labels or card.labels
    )
    name = card.name or path.resolve().name
    files = _decisive_files(path, graph)
    revision = _revision(path, files, found, ours)
    return ModelFolder(
        path=path,
        name=name,
        revision=revision,
        task=found,
        labels=ours,
        card=card,
        config=config,
        safetensors=safetensors,
        graph=graph,
        tokenizer_limit=_limit(tokenizer.get("model_max_length")),
        files=files,
    )


def _decisive_files(path: Path, graph: Path | None) -> tuple[Path, ...]:
    files = {file for pattern in _DECISIVE for file in path.glob(pattern)}
    if graph:
        files |= {graph, *external_files(graph)}
    return tuple(sorted(files))


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RefusedModel(f"{path} is missing; give a folder saved by save_pretrained") from None
    except (OSError, ValueError) as error:
        raise RefusedModel(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(config, dict):
        raise RefusedModel(f"{path} holds no JSON object")
    return config


def _read_card(path: Path) -> Card:
    if not path.exists():
        return Card()
    try:
        return Card.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its content"
        raise RefusedModel(f"{path}: {where}: {first['msg']}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise RefusedModel(f"{path} cannot be read as YAML: {error}") from None


def _no_weights(path: Path) -> str:
    pickles = sorted(file.name for pattern in _PICKLES for file in path.glob(pattern))
    if pickles:
        return (
            f"{path} holds only {', '.join(pickles)}; weights in pickle can run code and are not "
            "opened: save them again with save_pretrained(..., safe_serialization=True)"
        )
    return f"{path} holds no weights (*.safetensors, model.onnx)"


def _read_tokenizer_config(path: Path) -> dict[str, Any]:
    tokenizer = path / "tokenizer_config.json"
    return _read_config(tokenizer) if tokenizer.exists() else {}


def _limit(written: object) -> float | None:
    return float(written) if isinstance(written, int | float) and written > 0 else None


def _check_code(path: Path, *settings: dict[str, Any]) -> None:
    if any("auto_map" in each for each in settings):
        raise RefusedModel(
            f"{path} asks to run code of its own (auto_map, trust_remote_code); foreign code is "
            "not run: use a model of an architecture that transformers knows"
        )


def _label_names(path: Path, config: dict[str, Any]) -> list[str]:
    names = config.get("id2label")
    if not isinstance(names, dict):
        # What transformers assumes where nothing is said.
        names = {str(index): f"LABEL_{index}" for index in range(config.get("num_labels", 2))}
    try:
        indexed = {int(index): str(name) for index, name in names.items()}
    except ValueError:
        raise RefusedModel(f"{path / 'config.json'}: id2label is not keyed by numbers") from None
    if sorted(indexed) != list(range(len(indexed))) or len(indexed) < 2:
        raise RefusedModel(
            f"{path / 'config.json'}: id2label must number two labels or more from 0 on"
        )
    return [indexed[index] for index in range(len(indexed))]


def _revision(path: Path, files: tuple[Path, ...], task: Task, labels: tuple[str, ...]) -> str:
    """A short hash over everything that decides the answers."""
    digest = hashlib.sha256(f"{task} {' '.join(labels)}\0".encode())
    for file in files:
        digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:12]
