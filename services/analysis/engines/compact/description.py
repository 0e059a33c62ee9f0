"""`compact.json`: what the weights of the shipped model cannot say of themselves."""

import hashlib
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from services.analysis.engines.base import RefusedModel
from shared.contracts.labels import LABELS, Task

FILE: Final = "compact.json"
# The files that decide the answers, and that a copy of the model needs.
FILES: Final = (FILE, "tokenizer.json", "*.onnx", "*.safetensors")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sizes(_Part):
    """The dimensions of an encoder."""

    vocabulary: int
    hidden: int = 256
    layers: int = 2
    heads: int = 4
    inner: int = 1024
    positions: int = 160
    kinds: int = 6


class Mixture(_Part):
    """How the two halves of the model make one answer, fitted on the dev part.

    logits = (network * log-softmax of the network + linear * scores + offsets) / temperature.
    """

    network: float
    linear: float
    offsets: tuple[float, ...]
    temperature: float


class TaskDescription(_Part):
    """One task: its labels in the order of the outputs, a mixture for each script, and the
    confidence under which a verdict is unsure."""

    labels: tuple[str, ...]
    mixtures: dict[Literal["han", "latin"], Mixture]
    unsure_below: float


class Description(_Part):
    """The whole model."""

    name: str
    encoder: Sizes
    tasks: dict[Task, TaskDescription]

    @property
    def classes(self) -> dict[str, int]:
        """How many labels each task has."""
        return {task.value: len(each.labels) for task, each in self.tasks.items()}


def read_description(folder: Path) -> Description:
    """Read and check `compact.json`.

    Raises:
        RefusedModel: it is missing, cannot be read, or its labels are not ours.
    """
    path = folder / FILE
    try:
        found = Description.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise RefusedModel(f"{path} is missing; this is no compact model") from None
    except (OSError, ValidationError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise RefusedModel(f"{path} cannot be read: {first}") from None
    for task in Task:
        if task not in found.tasks or found.tasks[task].labels != tuple(LABELS[task]):
            raise RefusedModel(f"{path}: the labels of {task} are not {', '.join(LABELS[task])}")
    return found


def revision_of(folder: Path) -> str:
    """A short hash over everything that decides the answers."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in FILES for file in folder.glob(pattern)}):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
