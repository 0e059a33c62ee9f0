"""The shipped model beside Hugging Face's pipeline over the same weights, and beside its own linear
half. Speeds are per second of CPU, so that other work on the machine counts little."""

import asyncio
import gc
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.numpy import load_file
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerFast, pipeline
from transformers.modeling_outputs import SequenceClassifierOutput

from services.analysis.engines.base import Item
from services.analysis.engines.batching import Batcher, Priority
from services.analysis.engines.compact.description import read_description
from services.analysis.engines.compact.engine import CompactEngine
from services.analysis.engines.compact.linear import TEXT_TASKS, Linear, script_of
from services.analysis.engines.compact.tokens import Tokens
from services.analysis.engines.compact.torch_network import TorchNetwork
from services.analysis.engines.compact.wording import prepare
from services.analysis.engines.registry import MODELS
from shared.contracts.labels import LABELS, Task
from tests.bench.report import measure, say

_FOLDER = MODELS / "compact"
_POSTS = Path(__file__).parents[1] / "analysis" / "domain" / "posts.jsonl"
# Tokens of a text, the opening mark among them.
_LENGTH = 64
_TEXTS = 1_024
_SECONDS = 4.0


def measure_models() -> None:
    """Texts a CPU-second of each, and how long one text waits at half load."""
    texts = _texts(Tokens(_FOLDER / "tokenizer.json"))
    items = [Item(text) for text in texts]
    say("Judging texts: the shipped engine, its linear half, the pipeline")
    engine = CompactEngine(_FOLDER, device="cpu")
    shipped = _speed(lambda: engine.classify_together(TEXT_TASKS, items), len(items))
    one_task = _speed(lambda: engine.classify(Task.SENTIMENT, items), len(items))
    linear = _speed(_linear_half(texts), len(items))
    piped = _pipeline()
    few = texts[:256]
    single = _speed(lambda: piped(few, truncation=True), len(few))
    batched = _speed(lambda: piped(few, truncation=True, batch_size=32), len(few))
    context = {"tokens_a_text": _LENGTH}
    unit = "texts/CPU-s"
    measure("shipped engine, sentiment and emotion", shipped, unit, **context)
    measure("shipped engine, sentiment alone", one_task, unit, **context)
    measure("linear half, sentiment and emotion", linear, unit, **context)
    measure("transformers.pipeline, same weights, sentiment", single, unit, **context)
    measure("transformers.pipeline, batches of 32", batched, unit, **context)
    measure("shipped engine to the pipeline", one_task / single, "times")
    if torch.cuda.is_available():
        gpu = CompactEngine(_FOLDER, device="cuda")
        many = items * 64
        gpu.classify_together(TEXT_TASKS, items)
        began = time.perf_counter()
        gpu.classify_together(TEXT_TASKS, many)
        speed = len(many) / (time.perf_counter() - began)
        measure("shipped engine on the GPU", speed, "texts/s", **context)
    asyncio.run(_measure_waiting(engine, items))


def _texts(tokens: Tokens) -> list[str]:
    """Different texts of the wanted length, put together from the domain test set."""
    posts = [json.loads(line)["text"] for line in _POSTS.read_text("utf-8").splitlines()]
    chance = random.Random(5)
    texts: list[str] = []
    while len(texts) < _TEXTS:
        text = prepare(" ".join(chance.sample(posts, 6)))
        while len(words := tokens.words([text])[0]) >= _LENGTH:
            text = text[: -max(1, len(words) - _LENGTH)]
        texts.append(text)
    return texts


def _speed(work: Callable[[], Any], texts: int) -> float:
    """Texts a CPU-second: the best of some rounds."""
    best = float("inf")
    end = time.perf_counter() + _SECONDS
    work()
    while time.perf_counter() < end:
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return texts / best


def _linear_half(texts: Sequence[str]) -> Callable[[], Any]:
    tokens = Tokens(_FOLDER / "tokenizer.json")
    linear = Linear(load_file(_FOLDER / "model.safetensors"))

    def read() -> None:
        prepared = [prepare(text) for text in texts]
        linear.texts(prepared, tokens.words(prepared), [script_of(text) for text in prepared])

    return read


class _Wrapped(PreTrainedModel):  # type: ignore[misc]
    """The network as the pipeline expects a model."""

    config_class = PretrainedConfig

    def __init__(self, config: PretrainedConfig, network: torch.nn.Module) -> None:
        super().__init__(config)
        self.network = network

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any
    ) -> SequenceClassifierOutput:
        mask = attention_mask.bool()
        states = self.network.encoder(input_ids, torch.zeros_like(input_ids), mask)
        return SequenceClassifierOutput(logits=self.network.sentiment(states, mask))


def _pipeline() -> Any:
    description = read_description(_FOLDER)
    weights = load_file(_FOLDER / "model.safetensors")
    network = TorchNetwork(description, weights, device="cpu").network
    labels = dict(enumerate(map(str, LABELS[Task.SENTIMENT])))
    config = PretrainedConfig(id2label=labels, label2id={b: a for a, b in labels.items()})
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(_FOLDER / "tokenizer.json"),
        pad_token="[PAD]",
        model_max_length=description.encoder.positions,
    )
    return pipeline(
        "text-classification", model=_Wrapped(config, network), tokenizer=tokenizer, device=-1
    )


async def _measure_waiting(engine: CompactEngine, items: Sequence[Item]) -> None:
    """Single texts come by chance at half the speed that the engine can do."""
    say("How long one text waits at half load")
    # torch and transformers leave a million objects that the service never holds.
    gc.collect()
    gc.freeze()
    batcher = Batcher(engine)
    began = time.perf_counter()
    await asyncio.gather(*(_judge(batcher, [item]) for item in items))
    rate = len(items) / (time.perf_counter() - began) / 2
    chance = random.Random(6)
    calls: list[asyncio.Task[float]] = []
    due = time.perf_counter()
    end = due + 2 * _SECONDS
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        calls.append(asyncio.create_task(_judge(batcher, [chance.choice(items)], due)))
        due += chance.expovariate(rate)
    waits = sorted(await asyncio.gather(*calls))
    await batcher.close()
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        value = 1_000 * waits[int(share * len(waits))]
        measure(f"one text at half load, {name}", value, "ms", texts_a_second=rate)


async def _judge(batcher: Batcher, items: list[Item], due: float | None = None) -> float:
    """Seconds from when the call was due to its answer."""
    began = time.perf_counter() if due is None else due
    await batcher.classify_together(TEXT_TASKS, items, priority=Priority.INTERACTIVE)
    return time.perf_counter() - began
