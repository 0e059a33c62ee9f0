"""`compact.json`: what the weights of the shipped model cannot say of themselves."""

from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from services.analysis.engines.base import RefusedModel
from services.analysis.engines.compact.weights import Dimensions
from shared.contracts.labels import LABELS, Task

FILE: Final = "compact.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Encoder(_Part):
    """The encoder's dimensions (see network.Sizes)."""

    vocabulary: int
    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    kinds: int


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
    encoder: Encoder
    tasks: dict[Task, TaskDescription]

    def dimensions(self) -> Dimensions:
        """What decides the tables of the network."""
        encoder = self.encoder.model_dump(exclude={"heads"})
        classes = {task.value: len(each.labels) for task, each in self.tasks.items()}
        return Dimensions(**encoder, classes=classes)


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
