"""The whole way from posts to a model folder, on a few hundred made-up posts."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch")
pytest.importorskip("sklearn", reason="training needs scikit-learn")

import numpy as np
import torch
from safetensors.numpy import load_file

from services.analysis.engines.base import Item
from services.analysis.engines.compact.description import read_description
from services.analysis.engines.compact.engine import CompactEngine
from services.analysis.engines.compact.onnx_network import OnnxNetwork
from services.analysis.engines.compact.tokens import Tokens, batch_of, encode_pair, encode_text
from services.analysis.engines.compact.torch_network import TorchNetwork
from services.analysis.engines.compact.weights import fill, tables_of
from services.analysis.training.making import make
from services.analysis.training.stages import Plan, Workshop
from shared.contracts.labels import Task

_SMALL = Plan(vocabulary=300, hidden=32, layers=1, inner=64, pretraining=2, finetuning=30)
_GOOD = ["满意", "喜欢", "点赞", "感谢", "wonderful", "great", "love it"]
_BAD = ["失望", "垃圾", "差劲", "愤怒", "terrible", "awful", "hate it"]
_PLAIN = ["今天", "公告", "地址", "时间", "today", "notice", "at noon"]
_THINGS = ["银行", "电费", "快递", "宿舍", "the bank", "the shop", "the library"]


def _rows(count: int, seed: int) -> Iterator[tuple[str, str, str, str, str]]:
    chance = random.Random(seed)
    for _ in range(count):
        mood = chance.randrange(3)
        words = (_GOOD, _BAD, _PLAIN)[mood]
        thing = chance.choice(_THINGS)
        text = f"{thing} {chance.choice(words)} {chance.choice(words)} {chance.randrange(1000)}"
        yield (
            text,
            ("positive", "negative", "neutral")[mood],
            ("joy", "anger", "neutral")[mood],
            ("favor", "against", "none")[mood],
            thing,
        )


def _write(folder: Path, part: str, count: int, seed: int) -> None:
    tasks: dict[str, list[dict[str, str]]] = {"sentiment": [], "emotion": [], "stance": []}
    for text, sentiment, emotion, stance, thing in _rows(count, seed):
        common = {"text": text, "lang": "en" if text.isascii() else "zh", "source": "made-up"}
        tasks["sentiment"].append({**common, "label": sentiment})
        tasks["emotion"].append({**common, "label": emotion})
        tasks["stance"].append({**common, "label": stance, "target": thing})
    for task, rows in tasks.items():
        path = folder / task / part
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        packed = gzip.compress(lines.encode()) if path.suffix == ".gz" else lines.encode()
        path.write_bytes(packed)


def _write_unlabelled(path: Path) -> None:
    path.parent.mkdir()
    texts = {text for text, *_ in _rows(100, seed=3)}
    rows = [json.dumps({"text": text, "lang": "zh", "source": "made-up"}) for text in sorted(texts)]
    path.write_bytes(gzip.compress("\n".join(rows).encode()))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("training")
    _write(folder / "data", "train.jsonl.gz", 600, seed=1)
    _write(folder / "data", "dev.jsonl", 200, seed=2)
    _write_unlabelled(folder / "data" / "unlabelled" / "zh-cold.jsonl.gz")
    said: list[str] = []
    torch.set_num_threads(1)
    shop = Workshop(folder / "data", folder / "work", torch.device("cpu"), said.append, _SMALL)
    make(shop, folder / "model")
    return folder, said


@pytest.mark.parametrize(
    ("task", "text", "target", "label"),
    [
        (Task.SENTIMENT, "快递 满意 喜欢", None, "positive"),
        (Task.SENTIMENT, "the bank terrible awful", None, "negative"),
        (Task.EMOTION, "電費 憤怒 差勁", None, "anger"),
        (Task.STANCE, "宿舍 感谢 点赞", "宿舍", "favor"),
        (Task.STANCE, "the shop hate it awful", "the shop", "against"),
    ],
)
def test_learns_what_the_posts_teach(
    made: tuple[Path, list[str]], task: Task, text: str, target: str | None, label: str
) -> None:
    engine = CompactEngine(made[0] / "model", device="cpu")
    (verdict,) = engine.classify(task, [Item(text, target)])
    assert verdict.label == label
    assert sum(verdict.scores.values()) == pytest.approx(1, abs=1e-4)


def test_finished_steps_are_not_done_again(made: tuple[Path, list[str]]) -> None:
    folder, said = made
    assert any(line.startswith("pretraining") for line in said)
    assert any(line.startswith("the teacher has spoken of ") for line in said)
    before = CompactEngine(folder / "model", device="cpu").revision
    again: list[str] = []
    make(
        Workshop(folder / "data", folder / "work", torch.device("cpu"), again.append, _SMALL),
        folder / "model",
    )
    assert not any("pretraining" in line or "fine-tuning" in line for line in again)
    assert CompactEngine(folder / "model", device="cpu").revision == before


def test_eight_bits_on_the_graph_say_what_torch_says(made: tuple[Path, list[str]]) -> None:
    folder = made[0] / "model"
    description = read_description(folder)
    tokens = Tokens(folder / "tokenizer.json")
    texts = [f"{thing} {word} 我们" for thing in _THINGS for word in (*_GOOD, *_BAD)]
    words = tokens.words(texts)
    alone = batch_of([encode_text(ids) for ids in words])
    paired = batch_of([encode_pair(ids[:2], ids) for ids in words])
    weights = load_file(folder / "model.safetensors")
    graph = OnnxNetwork(folder, description, weights)
    network = TorchNetwork(description, weights, device="cpu")
    for ours, theirs in zip(graph.texts(alone), network.texts(alone), strict=True):
        assert np.abs(ours - theirs).mean() < 0.1
    assert np.abs(graph.pairs(paired) - network.pairs(paired)).mean() < 0.1


def test_two_products_fit_into_sixteen_bits(made: tuple[Path, list[str]]) -> None:
    """Processors without VNNI add pairs of products of a byte and a weight so, and cut the rest."""
    folder = made[0] / "model"
    description = read_description(folder)
    tables = fill(
        tables_of(description.encoder, description.classes),
        load_file(folder / "model.safetensors"),
    )
    weights = [table for table in tables.values() if table.dtype == np.int8]
    assert weights
    assert max(2 * 255 * int(np.abs(each).max()) for each in weights) < 1 << 15


def test_an_answer_does_not_depend_on_the_texts_beside_it(made: tuple[Path, list[str]]) -> None:
    engine = CompactEngine(made[0] / "model", device="cpu")
    items = [Item(f"{thing} {word} " * 5) for thing in _THINGS for word in (*_GOOD, *_BAD)]
    together = engine.classify(Task.SENTIMENT, items)
    for item, verdict in zip(items, together, strict=True):
        (alone,) = engine.classify(Task.SENTIMENT, [item])
        assert alone.scores == pytest.approx(verdict.scores, abs=1e-5)
