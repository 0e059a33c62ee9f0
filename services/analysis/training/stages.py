"""The steps from posts to a model folder. Each leaves its result in a work folder, and is not done
again where that lies there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file

from services.analysis.engines.compact.description import Sizes
from services.analysis.engines.compact.engine import CompactEngine
from services.analysis.engines.compact.linear import LinearTable
from services.analysis.engines.compact.network import Encoder, Network
from services.analysis.engines.compact.tokens import Tokens
from services.analysis.training.cooccurrence import first_vectors
from services.analysis.training.corpus import Example, all_texts, held_texts, labelled
from services.analysis.training.distant import distant_stances
from services.analysis.training.export import export
from services.analysis.training.finetune import (
    Course,
    Lesson,
    Step,
    adjustments,
    finetune,
    lessons,
)
from services.analysis.training.fitting import fit
from services.analysis.training.linear import TABLES, learn_table
from services.analysis.training.pretrain import Progress, pretrain
from services.analysis.training.teaching import complete, unlabelled
from services.analysis.training.vocabulary import learn_vocabulary
from shared.contracts.labels import LABELS, Task

_SPREAD: Final = 0.05
# Lessons of one batch on which the export measures.
_MEASURED_BATCH: Final = 64
_MEASURED: Final = 4_096

Say = Callable[[str], None]


_TAKEN: Final = {
    "online-shopping-10": 0.5,
    "p-stance": 0.6,
    "smp2020-virus": 1.5,
    "nlpcc2016-a": 2.0,
    "semeval2016-6a": 1.5,
    "tweeteval-emotion": 1.5,
}
# The last pass: gentle, with the stances that nobody labelled, and more of the small sources.
_LAST_TAKEN: Final = _TAKEN | {"nlpcc2016-a": 4.0, "semeval2016-6a": 3.0, "vast": 2.0}
_RATE: Final = 4e-4
_LAST_RATE: Final = 2e-4


class Plan(NamedTuple):
    """How large the model is, and how often it passes over the texts and over the labels."""

    vocabulary: int = 20_000
    hidden: int = 256
    layers: int = 2
    inner: int = 1_024
    pretraining: int = 2
    finetuning: int = 4
    seed: int = 7


@dataclass(frozen=True)
class Workshop:
    """Where the data lie, where results are kept, what runs it, and who hears how far it is."""

    data: Path
    work: Path
    device: torch.device
    say: Say
    plan: Plan = field(default_factory=Plan)

    @cached_property
    def vocabulary(self) -> Path:
        """Step 1: the tokenizer, learnt from all texts."""
        path = self.work / "tokenizer.json"
        if not path.exists():
            learn_vocabulary(self.texts, size=self.plan.vocabulary).save(str(path))
            self.say("vocabulary learnt")
        return path

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Every text that may be learnt from, with its language."""
        return all_texts(self.data, without=self.held)

    @cached_property
    def held(self) -> frozenset[str]:
        """The texts of all dev parts."""
        return held_texts(self.data)

    @cached_property
    def tokens(self) -> Tokens:
        """The tokenizer, open."""
        return Tokens(self.vocabulary)

    @cached_property
    def examples(self) -> list[Example]:
        """The train parts of all tasks, without what stands in any dev part."""
        found = [each for task in Task for each in labelled(self.data, task, "train")]
        return [each for each in found if each.task is Task.STANCE or each.text not in self.held]

    @cached_property
    def distant(self) -> list[Example]:
        """Stances made from reviews and posts."""
        return distant_stances(self.examples, seed=self.plan.seed)

    def pretrained(self) -> Encoder:
        """Steps 2 and 3: first vectors from counts, then gaps filled in posts."""
        path = self.work / "pretrained.safetensors"
        torch.manual_seed(self.plan.seed)
        encoder = Encoder(self._sizes())
        if path.exists():
            encoder.load_state_dict(load_file(path))
            return encoder
        ids, starts = self._corpus()
        vectors = first_vectors(
            ids, starts, size=self.tokens.size, width=encoder.sizes.hidden, spread=_SPREAD
        )
        with torch.no_grad():
            encoder.tokens.weight.copy_(vectors)
            encoder.tokens.weight[0] = 0
        encoder = encoder.to(self.device)
        pretrain(
            encoder,
            ids,
            starts,
            epochs=self.plan.pretraining,
            seed=self.plan.seed,
            device=self.device,
            report=self._pretraining,
        )
        encoder = encoder.cpu()
        save_file(encoder.state_dict(), path)
        return encoder

    def finetuned(self) -> Network:
        """Steps 4 to 6: the three tasks on the pretrained encoder; the linear half; then a last,
        gentle pass with distant stances and with what the model so far says of unlabelled posts.
        """
        first = self.work / "finetuned.safetensors"
        network = Network(self._sizes(), {task.value: len(LABELS[task]) for task in Task})
        if not first.exists():
            torch.manual_seed(self.plan.seed)
            network.encoder.load_state_dict(self.pretrained().state_dict())
            course = Course(self.plan.finetuning, _RATE, _TAKEN)
            self._teach(network, self.examples, lessons(self.examples, self.tokens), course, first)
        last = self.work / "finished.safetensors"
        if not last.exists():
            network.load_state_dict(load_file(first))
            examples = [*self.examples, *self.distant]
            course = Course(1, _LAST_RATE, _LAST_TAKEN)
            self._teach(network, examples, self._last_lessons(network, examples), course, last)
        network.load_state_dict(load_file(last))
        return network

    def tables(self) -> dict[str, LinearTable]:
        """Step 5: the linear half, a table at a time."""
        return {name: self._table(name) for name in TABLES}

    def measured(self) -> list[list[Lesson]]:
        """Some lessons, texts and pairs, in batches."""
        random = np.random.default_rng(self.plan.seed)
        some = random.permutation(len(self.examples))[:_MEASURED]
        chosen = lessons([self.examples[at] for at in some], self.tokens)
        chosen.sort(key=lambda lesson: len(lesson.encoded.ids))
        return [
            chosen[start : start + _MEASURED_BATCH]
            for start in range(0, len(chosen), _MEASURED_BATCH)
        ]

    def _teach(
        self,
        network: Network,
        examples: list[Example],
        taught: list[Lesson],
        course: Course,
        path: Path,
    ) -> None:
        """Teach a network; its averaged weights are written to the path."""
        averaged = finetune(
            network.to(self.device),
            taught,
            adjustments(examples),
            course,
            seed=self.plan.seed,
            device=self.device,
            report=self._finetuning,
        )
        save_file({name: value.cpu() for name, value in averaged.items()}, path)
        network.cpu()

    def _last_lessons(self, network: Network, examples: list[Example]) -> list[Lesson]:
        """The examples, and what the network with the linear half says where they say nothing."""
        folder = self.work / "teacher"
        tokenizer = self.vocabulary.read_text(encoding="utf-8")
        export(folder, network, self.tables(), tokenizer, self.measured())
        fit(folder, self.data)
        teacher = CompactEngine(folder, device="cpu")
        known = lessons(examples, self.tokens)
        complete(known, teacher)
        read = self.held | {example.text for example in examples}
        more = unlabelled(self.data, self.tokens, teacher, known=read, seed=self.plan.seed)
        self.say(f"the teacher has spoken of {len(more)} unlabelled posts")
        return [*known, *more]

    def _table(self, name: str) -> LinearTable:
        path = self.work / f"linear-{name}.safetensors"
        if not path.exists():
            examples = [*self.examples, *self.distant]
            table = learn_table(name, examples, self.tokens, weights=_LAST_TAKEN)
            self.say(f"linear table {name} learnt")
            save_arrays(table._asdict(), path)
        return LinearTable(**load_arrays(path))

    def _sizes(self) -> Sizes:
        plan = self.plan
        return Sizes(
            vocabulary=self.tokens.size, hidden=plan.hidden, layers=plan.layers, inner=plan.inner
        )

    def _corpus(self) -> tuple[NDArray[np.uint16], NDArray[np.int64]]:
        words = [ids for ids in self.tokens.words([text for _, text in self.texts]) if ids]
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        flat = np.fromiter((each for ids in words for each in ids), np.uint16, lengths.sum())
        return flat, np.cumsum(lengths) - lengths

    def _pretraining(self, at: Progress) -> None:
        self.say(
            f"pretraining {at.step}/{at.steps}: loss {at.loss:.3f}, "
            f"{at.right:.1%} right, {at.tokens_per_second:,.0f} tokens/s"
        )

    def _finetuning(self, at: Step) -> None:
        losses = ", ".join(f"{task} {loss:.3f}" for task, loss in at.losses.items())
        self.say(
            f"fine-tuning {at.step}/{at.steps}: {losses}, {at.tokens_per_second:,.0f} tokens/s"
        )
