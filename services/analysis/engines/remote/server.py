"""What a protocol must offer."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Described(NamedTuple):
    """A model as its server describes it.

    `release` is all that the server says about which weights it runs; `outputs` names the figures
    of an answer in their order; a request holds `batch` texts at most.
    """

    name: str
    release: str
    outputs: tuple[str, ...]
    batch: int
    max_tokens: int | None = None


class Server(Protocol):
    """An inference server. `judge` may be called from several threads at once."""

    def describe(self) -> Described:
        """Ask what the server runs.

        Raises:
            RefusedModel: nothing that can be used here.
            Unreachable, Overloaded: it does not answer.
        """
        ...

    def judge(self, parts: Sequence[Sequence[str]]) -> list[list[float]]:
        """Judge texts, or texts and their targets where there are two parts, in one request: a row
        of probabilities each, in the order of the outputs.

        Raises:
            Unreachable, Overloaded: there is no answer.
            EngineFailed: there is none that can be read.
        """
        ...
