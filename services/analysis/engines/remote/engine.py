"""A model on an inference server as an engine."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from services.analysis.engines.base import (
    PLAIN,
    EngineFailed,
    Item,
    RefusedModel,
    SomeFailed,
    Verdict,
    blank_verdict,
    check_call,
    one_after_another,
)
from services.analysis.engines.labelling import fit_labels
from services.analysis.engines.readout import Readout, readable
from services.analysis.engines.remote.address import RemoteCard
from services.analysis.engines.remote.connection import Connection, Refused, Unreachable
from services.analysis.engines.remote.open_inference import OpenInference
from services.analysis.engines.remote.server import Server
from services.analysis.engines.remote.text_embeddings import TextEmbeddings
from shared.contracts.labels import Task
from shared.log import get_logger

log = get_logger(__name__)

# Seconds between two looks at which weights the server runs.
_LOOK_EVERY: Final = 30.0


class RemoteEngine:
    """Speaks for a model on a server. Thread-safe."""

    device = "remote"

    def __init__(
        self,
        card: RemoteCard,
        *,
        task: Task | None = None,
        labels: dict[str, str] | None = None,
        patience_s: float = 10.0,
    ) -> None:
        """Ask the server what it runs.

        `task` and `labels` go before those of the card; a server that is busy or away is asked
        again for `patience_s`.

        Raises:
            RefusedModel: the server does not run it, or its labels do not fit.
            Unreachable, Overloaded: the server does not answer.
        """
        self._card = card
        base, path = _split(card)
        self._connection = Connection(
            base, limit_s=card.limit_s, in_flight=card.in_flight, patience_s=patience_s
        )
        # A stance is known by what is asked, not by what is answered: pairs must be known first.
        asked = task or card.task
        self._server: Server = (
            TextEmbeddings(self._connection, card)
            if card.protocol == "tei"
            else OpenInference(self._connection, card, path, asked)
        )
        try:
            described = self._server.describe()
            found, ours = fit_labels(described.outputs, task=asked, mapping=labels or card.labels)
            self.tasks = frozenset({found})
            self.name = card.name or described.name
            self.revision = _revision(described.release, card, ours)
            self._release = described.release
            self._looked = monotonic()
            self._batch = min(card.batch, described.batch)
            self._max_tokens = min(card.max_tokens, described.max_tokens or card.max_tokens)
            self._readout = Readout(found, ours, unsure_below=card.unsure_below)
            self._ask([PLAIN])
        except BaseException as error:
            self._connection.close()
            if isinstance(error, EngineFailed) and not isinstance(error, Unreachable):
                raise RefusedModel(f"{card.server}: {error}") from error
            raise
        self._threads = ThreadPoolExecutor(card.in_flight, thread_name_prefix="remote")

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items, one verdict each, in their order (see Engine).

        Raises:
            SomeFailed: the server refuses some texts each time; the others have verdicts.
            EngineFailed, Overloaded: it does not answer, or runs other weights by now.
        """
        check_call(self, task, items)
        verdicts: list[Verdict | None] = [blank_verdict(task)] * len(items)
        spoken = [at for at, item in enumerate(items) if item.text.strip()]
        if not spoken:
            return [verdict for verdict in verdicts if verdict]
        self._connection.check_open()
        self._look()
        requests = [spoken[at : at + self._batch] for at in range(0, len(spoken), self._batch)]
        answers = self._threads.map(
            lambda places: self._judge([items[at] for at in places]), requests
        )
        for places, answer in zip(requests, answers, strict=True):
            for at, verdict in zip(places, answer, strict=True):
                verdicts[at] = verdict
        if None in verdicts:
            raise SomeFailed([verdicts])
        return [verdict for verdict in verdicts if verdict]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items on the one task of the model (see Engine)."""
        return one_after_another(self, tasks, items)

    def close(self) -> None:
        """Let the server go. Calls in progress fail."""
        self._connection.close()
        self._threads.shutdown(wait=False)

    def _look(self) -> None:
        """See now and then whether the server still runs what it ran."""
        if monotonic() - self._looked < _LOOK_EVERY:
            return
        if self._server.describe().release != self._release:
            raise EngineFailed(
                f'the server of model "{self.name}" runs another release by now; register it anew'
            )
        self._looked = monotonic()

    def _judge(self, items: Sequence[Item]) -> Sequence[Verdict | None]:
        """Judge the items of one request; if that is refused, one by one."""
        try:
            return self._ask(items)
        except Unreachable:
            raise
        except EngineFailed as error:
            log.warning("a request was refused", model=self.name, texts=len(items), why=str(error))
        return [self._judge_alone(item) for item in items]

    def _judge_alone(self, item: Item) -> Verdict | None:
        try:
            return self._ask([item])[0]
        except Unreachable:
            raise
        except EngineFailed:
            # Whether it is the text or the server: then this raises, and no text is to blame.
            self._ask([PLAIN])
            return None

    def _ask(self, items: Sequence[Item]) -> list[Verdict]:
        texts = [readable(item.text, max_tokens=self._max_tokens) for item in items]
        parts = [texts]
        if Task.STANCE in self.tasks:
            targets = [readable(item.target or "", max_tokens=self._max_tokens) for item in items]
            parts = [texts, targets]
        rows = self._server.judge(parts)
        if len(rows) != len(items):
            raise Refused(f'model "{self.name}" gave too few or too many answers')
        return [self._readout.verdict(row) for row in rows]


def _split(card: RemoteCard) -> tuple[str, str]:
    """The server, and the model's path on it."""
    if card.protocol == "tei":
        return card.base, ""
    url = urlsplit(card.base)
    before, found, model = url.path.partition("/models/")
    if not found or not model:
        raise RefusedModel(
            f'"{card.server}" names no model; write oip+http://HOST:PORT/models/NAME'
        )
    return f"{url.scheme}://{url.netloc}{before.removesuffix('/v2')}", f"/v2/models/{model}"


def _revision(release: str, card: RemoteCard, labels: Sequence[str]) -> str:
    """A short hash over all that decides the answers, as far as the server tells it."""
    decisive = card.model_dump_json(exclude={"server", "batch", "in_flight", "limit_s", "name"})
    return hashlib.sha256("\0".join([release, decisive, *labels]).encode()).hexdigest()[:12]
