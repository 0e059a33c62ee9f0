"""Any local sequence-classification folder runs; nothing unsafe does."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.analysis.engines.base import Item, MissingTarget, RefusedModel, WrongTask
from services.analysis.engines.model_folder import read_folder
from services.analysis.engines.registry import open_engine
from shared.contracts.labels import LABELS, Task

pytest.importorskip("torch", reason="needs groundswell[transformer]")

SENTIMENT = ["negative", "neutral", "positive"]
TEXTS = [
    "服务态度很差",
    "good",
    "停电了 要求退款 谢谢",
    "bad bad goods",
    "x",
    "我们公司道歉了" * 30,
    "好",
]


def items(texts: list[str]) -> list[Item]:
    return [Item(text) for text in texts]


def test_scores_are_probabilities_of_our_labels(make_folder: Any) -> None:
    engine = open_engine(str(make_folder(SENTIMENT)), device="cpu")
    verdicts = engine.classify(Task.SENTIMENT, items(TEXTS))
    assert len(verdicts) == len(TEXTS)
    for verdict in verdicts:
        assert set(verdict.scores) == set(LABELS[Task.SENTIMENT])
        assert sum(verdict.scores.values()) == pytest.approx(1)
        assert verdict.confidence == max(verdict.scores.values()) == verdict.scores[verdict.label]
    assert len({verdict.confidence for verdict in verdicts}) > 3


def test_neighbours_in_a_batch_change_no_answer_and_order_is_kept(make_folder: Any) -> None:
    engine = open_engine(str(make_folder(SENTIMENT)), device="cpu")
    together = engine.classify(Task.SENTIMENT, items(TEXTS))
    alone = [engine.classify(Task.SENTIMENT, [item])[0] for item in items(TEXTS)]
    backwards = engine.classify(Task.SENTIMENT, items(TEXTS[::-1]))[::-1]
    for one, other, third in zip(together, alone, backwards, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)
        assert one.scores == pytest.approx(third.scores, abs=1e-5)


def test_threads_share_one_engine(make_folder: Any) -> None:
    engine = open_engine(str(make_folder(SENTIMENT)), device="cpu")
    expected = engine.classify(Task.SENTIMENT, items(TEXTS))
    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(lambda _: engine.classify(Task.SENTIMENT, items(TEXTS)), range(24))
        for answer in answers:
            for one, other in zip(answer, expected, strict=True):
                assert one.scores == pytest.approx(other.scores, abs=1e-5)


def test_the_same_folder_has_the_same_revision_and_other_weights_another(make_folder: Any) -> None:
    first = read_folder(make_folder(SENTIMENT, name="first"))
    second = read_folder(make_folder(SENTIMENT, name="second"))
    other = make_folder(SENTIMENT, name="other")
    weights = other / "model.safetensors"
    blob = bytearray(weights.read_bytes())
    blob[-1] ^= 1
    weights.write_bytes(blob)
    assert first.revision == second.revision
    assert read_folder(other).revision != first.revision
    assert first.name == "first"


def test_a_mapping_turns_the_labels_of_the_model_into_ours(make_folder: Any) -> None:
    plain = open_engine(str(make_folder(SENTIMENT)), device="cpu")
    nameless = make_folder(["LABEL_0", "LABEL_1", "LABEL_2"], name="nameless")
    with pytest.raises(RefusedModel, match=r"LABEL_0, LABEL_1, LABEL_2 do not fit"):
        open_engine(str(nameless), device="cpu")
    mapped = open_engine(
        str(nameless),
        labels={"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"},
        device="cpu",
    )
    ours, theirs = (e.classify(Task.SENTIMENT, items(TEXTS)) for e in (mapped, plain))
    assert [verdict.label for verdict in ours] == [verdict.label for verdict in theirs]


def test_a_card_in_the_folder_maps_and_calibrates(make_folder: Any) -> None:
    folder = make_folder(["LABEL_0", "LABEL_1"])
    (folder / "groundswell.yaml").write_text(
        "name: house-model\nlabels: {LABEL_0: negative, LABEL_1: positive}\ntemperature: 1000\n"
    )
    engine = open_engine(str(folder), device="cpu")
    assert engine.name == "house-model"
    for verdict in engine.classify(Task.SENTIMENT, items(TEXTS)):
        assert verdict.confidence == pytest.approx(0.5, abs=0.05)
        assert verdict.scores["neutral"] == 0


def test_a_card_with_an_unknown_field_is_refused_by_name(make_folder: Any) -> None:
    folder = make_folder(SENTIMENT)
    (folder / "groundswell.yaml").write_text("temprature: 2\n")
    with pytest.raises(RefusedModel, match="temprature"):
        read_folder(folder)


def test_several_labels_of_one_meaning_add_up(make_folder: Any) -> None:
    stars = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
    engine = open_engine(str(make_folder(stars)), device="cpu")
    assert engine.tasks == {Task.SENTIMENT}
    for verdict in engine.classify(Task.SENTIMENT, items(TEXTS)):
        assert sum(verdict.scores.values()) == pytest.approx(1)


def test_a_stance_reads_target_and_text(make_folder: Any) -> None:
    engine = open_engine(str(make_folder(["favor", "against", "none"])), device="cpu")
    one, other = engine.classify(Task.STANCE, [Item("服务很好", "公司"), Item("服务很好", "停电")])
    assert one.scores != pytest.approx(other.scores, abs=1e-4)
    with pytest.raises(MissingTarget, match='item 1 has no "target"'):
        engine.classify(Task.STANCE, [Item("好", "公司"), Item("好")])
    with pytest.raises(WrongTask, match="does stance, not emotion"):
        engine.classify(Task.EMOTION, [Item("好")])


@pytest.mark.parametrize(
    "text", ["", "  \n", "\x00", "\ud83d half a pair", "好" * 100_000, "🤬" * 500]
)
def test_odd_texts_get_an_answer(make_folder: Any, text: str) -> None:
    engine = open_engine(str(make_folder(SENTIMENT)), device="cpu")
    ordinary, odd = engine.classify(Task.SENTIMENT, items(["good", text]))
    assert ordinary.scores == pytest.approx(
        engine.classify(Task.SENTIMENT, items(["good"]))[0].scores, abs=1e-5
    )
    assert sum(odd.scores.values()) == pytest.approx(1)


def test_a_blank_text_is_neutral_and_unsure(make_folder: Any) -> None:
    engine = open_engine(str(make_folder(SENTIMENT)), device="cpu")
    verdict = engine.classify(Task.SENTIMENT, items([" "]))[0]
    assert (verdict.label, verdict.unsure) == ("neutral", True)


def test_pickled_weights_are_refused(make_folder: Any) -> None:
    folder = make_folder(SENTIMENT)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(RefusedModel, match=r"pytorch_model\.bin; weights in pickle can run code"):
        open_engine(str(folder), device="cpu")


def test_a_pickle_beside_safe_weights_is_never_opened(make_folder: Any) -> None:
    folder = make_folder(SENTIMENT)
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    assert open_engine(str(folder), device="cpu").classify(Task.SENTIMENT, items(["good"]))


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_foreign_code_is_refused(make_folder: Any, file: str) -> None:
    folder = make_folder(SENTIMENT)
    settings = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps(settings | {"auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(RefusedModel, match="foreign code is not run"):
        open_engine(str(folder), device="cpu")


def test_weights_without_a_classifier_are_refused(make_folder: Any) -> None:
    transformers = pytest.importorskip("transformers")
    folder = make_folder(SENTIMENT)
    bare = transformers.BertModel.from_pretrained(folder)
    bare.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    names = {str(at): label for at, label in enumerate(SENTIMENT)}
    (folder / "config.json").write_text(json.dumps(config | {"id2label": names}))
    with pytest.raises(RefusedModel, match="lack classifier"):
        open_engine(str(folder), device="cpu")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "config.json").unlink(), "save_pretrained"),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be read as JSON"),
        (lambda folder: (folder / "model.safetensors").unlink(), "holds no weights"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 64), "cannot be loaded"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "tokenizer .* loaded"),
        (lambda folder: (folder / "groundswell.yaml").write_text("a: [", "utf-8"), "as YAML"),
    ],
    ids=["no config", "torn config", "no weights", "torn weights", "torn tokenizer", "torn card"],
)
def test_a_broken_folder_says_what_is_broken(make_folder: Any, spoil: Any, reason: str) -> None:
    folder: Path = make_folder(SENTIMENT)
    spoil(folder)
    with pytest.raises(RefusedModel, match=reason):
        open_engine(str(folder), device="cpu")


def test_a_gpu_that_is_not_there_is_said_to_be_missing(make_folder: Any) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(RefusedModel, match="none is there"):
        open_engine(str(make_folder(SENTIMENT)), device="cuda")
