"""Models on inference servers: both protocols, and every way a server lets its callers down."""

import asyncio
import math
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.analysis.engines.base import (
    EngineFailed,
    Item,
    MissingTarget,
    Overloaded,
    RefusedModel,
    SomeFailed,
)
from services.analysis.engines.batching import Batcher
from services.analysis.engines.registry import open_engine
from services.analysis.engines.remote.address import read_location
from services.analysis.engines.remote.engine import RemoteEngine
from shared.contracts.labels import Task
from tests.analysis.engines.inference_server import InferenceServer, drop, serving

LABELS = ["negative", "neutral", "positive"]
TEXTS = ["a", "bbb", "", "\ud83d half", "好" * 5]


@pytest.fixture
def server() -> Iterator[InferenceServer]:
    with serving(InferenceServer()) as opened:
        yield opened
        for engine in opened.engines:
            engine.close()


@pytest.fixture
def tei(server: InferenceServer) -> InferenceServer:
    speak_tei(server, LABELS)
    return server


@pytest.fixture
def oip(server: InferenceServer) -> InferenceServer:
    speak_oip(server)
    return server


def speak_tei(server: InferenceServer, labels: list[str], **info: Any) -> None:
    names = {str(at): label for at, label in enumerate(labels)}
    server.pages["/info"] = {
        "model_id": "house/reviews",
        "model_sha": "c0ffee",
        "model_dtype": "float16",
        "model_type": {"classifier": {"id2label": names, "label2id": {}}},
        "max_client_batch_size": 2,
        "max_input_length": 512,
    } | info


def speak_oip(
    server: InferenceServer,
    *,
    inputs: tuple[str, ...] = ("TEXT",),
    outputs: tuple[str, ...] = ("logits",),
    shape: tuple[int, ...] = (-1, 1),
    batch: int | None = None,
    name: str = "triton",
) -> None:
    server.pages["/v2"] = {"name": name, "version": "2.50", "extensions": []}
    server.pages["/v2/health/ready"] = {}
    server.pages["/v2/models/mood"] = {
        "name": "mood",
        "versions": ["1"],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": n, "datatype": "BYTES", "shape": list(shape)} for n in inputs],
        "outputs": [{"name": n, "datatype": "FP32", "shape": [-1, 3]} for n in outputs],
    }
    if batch is not None:
        server.pages["/v2/models/mood/config"] = {"name": "mood", "max_batch_size": batch}


def items(*texts: str, target: str | None = None) -> list[Item]:
    return [Item(text, target) for text in texts]


def softmax(*logits: float) -> list[float]:
    weights = [math.exp(logit - max(logits)) for logit in logits]
    return [weight / sum(weights) for weight in weights]


def open_at(server: InferenceServer, protocol: str, query: str = "", **options: Any) -> Any:
    model = "/models/mood" if protocol == "oip" else ""
    engine = open_engine(f"{protocol}+{server.url}{model}{query}", **options)
    server.engines.append(engine)
    return engine


OIP_LABELS = {f"LABEL_{at}": label for at, label in enumerate(LABELS)}


def open_oip(server: InferenceServer, query: str = "", **options: Any) -> Any:
    return open_at(server, "oip", query, **{"labels": OIP_LABELS} | options)


@pytest.fixture(params=["tei", "oip"])
def either(request: pytest.FixtureRequest, server: InferenceServer) -> tuple[InferenceServer, Any]:
    speak_tei(server, LABELS)
    speak_oip(server, batch=2)
    model = "/models/mood" if request.param == "oip" else ""
    card = read_location(f"{request.param}+{server.url}{model}?limit_s=0.5")
    engine = RemoteEngine(
        card, labels=OIP_LABELS if request.param == "oip" else None, patience_s=1.0
    )
    server.engines.append(engine)
    server.requests.clear()
    return server, engine


def test_every_text_has_the_verdict_of_the_server_in_its_place(
    either: tuple[InferenceServer, Any],
) -> None:
    server, engine = either
    verdicts = engine.classify(Task.SENTIMENT, items(*TEXTS))
    for text, verdict in zip(TEXTS, verdicts, strict=True):
        if text:
            logits = softmax(1.0, 2.0, float(len(text)))
            assert [verdict.scores[label] for label in LABELS] == pytest.approx(logits)
        else:
            assert (verdict.label, verdict.unsure) == ("neutral", True)
    assert engine.device == "remote"
    # Two texts a request, as the server asks.
    assert len(server.requests) == 2


def test_several_requests_are_open_at_once(either: tuple[InferenceServer, Any]) -> None:
    server, engine = either
    together = threading.Barrier(4, timeout=5)

    def wait_for_the_others(_: Any) -> None:
        together.wait()

    server.mishaps = [wait_for_the_others] * 4
    assert len(engine.classify(Task.SENTIMENT, items(*"abcdefgh"))) == 8
    assert server.most_open == 4


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(either: tuple[InferenceServer, Any], status: int) -> None:
    server, engine = either
    server.mishaps = [lambda _: (status, {"error": "busy"})] * 2
    assert len(engine.classify(Task.SENTIMENT, items("a", "b"))) == 2
    assert len(server.requests) == 3


def test_a_server_that_stays_busy_passes_it_on(either: tuple[InferenceServer, Any]) -> None:
    server, engine = either
    server.always = lambda _: (503, {"error": "busy"})
    with pytest.raises(Overloaded, match="is busy; come again"):
        engine.classify(Task.SENTIMENT, items("a"))


def test_a_server_that_dies_in_the_middle_is_asked_again(
    either: tuple[InferenceServer, Any],
) -> None:
    server, engine = either
    server.mishaps = [drop, drop]
    verdicts = engine.classify(Task.SENTIMENT, items(*"abcdef"))
    assert len(verdicts) == 6
    assert len(server.requests) == 5


def test_a_server_that_hangs_fails_its_callers_in_time(
    either: tuple[InferenceServer, Any],
) -> None:
    server, engine = either
    server.mishaps = [server.hang]
    with pytest.raises(EngineFailed, match=r"did not answer in 0\.5 s"):
        engine.classify(Task.SENTIMENT, items("a"))
    assert engine.classify(Task.SENTIMENT, items("a"))


def test_a_text_that_the_server_refuses_fails_alone(either: tuple[InferenceServer, Any]) -> None:
    server, engine = either

    def too_long(body: Any) -> Any:
        return (422, {"error": "too long"}) if "poison" in str(body) else None

    server.always = too_long
    with pytest.raises(SomeFailed, match="item 1 each time") as failed:
        engine.classify(Task.SENTIMENT, items("a", "poison", "b", "c"))
    assert [verdict is None for verdict in failed.value.columns[0]] == [False, True, False, False]


def test_figures_that_are_no_numbers_are_blamed_on_their_text(
    either: tuple[InferenceServer, Any],
) -> None:
    server, engine = either
    server.judge = lambda text: [math.nan, 1, 1] if text == "poison" else [1, 1, 1]
    with pytest.raises(SomeFailed) as failed:
        engine.classify(Task.SENTIMENT, items("a", "b", "poison"))
    assert failed.value.places == [2]


@pytest.mark.parametrize(
    "broken",
    [
        lambda _: (500, {"error": "CUDA error"}),
        lambda _: (200, {"outputs": []}),
        lambda _: (200, []),
        lambda _: (200, "hello"),
        lambda _: (404, {"error": "unloaded"}),
    ],
    ids=["500", "no outputs", "no answers", "a word", "404"],
)
def test_a_broken_server_blames_no_text(either: tuple[InferenceServer, Any], broken: Any) -> None:
    server, engine = either
    server.always = broken
    with pytest.raises(EngineFailed) as failed:
        engine.classify(Task.SENTIMENT, items("a", "b", "c"))
    assert not isinstance(failed.value, SomeFailed)


def test_a_wrong_number_of_figures_is_a_failure(either: tuple[InferenceServer, Any]) -> None:
    server, engine = either
    server.judge = lambda _: [1.0, 2.0]
    with pytest.raises(EngineFailed, match="labels"):
        engine.classify(Task.SENTIMENT, items("a", "b"))


def test_behind_a_batcher_it_answers_many_callers(either: tuple[InferenceServer, Any]) -> None:
    _, engine = either

    async def scenario() -> None:
        batcher = Batcher(engine)
        answers = await asyncio.gather(
            *(batcher.classify(Task.SENTIMENT, items("x" * size)) for size in range(1, 30))
        )
        for size, (verdict,) in enumerate(answers, start=1):
            assert verdict.scores["positive"] == pytest.approx(softmax(1, 2, size)[2])
        await batcher.close()

    asyncio.run(scenario())
    with pytest.raises(EngineFailed, match="closed"):
        engine.classify(Task.SENTIMENT, items("a"))


def test_the_revision_is_that_of_the_weights(tei: InferenceServer) -> None:
    first, second = (open_at(tei, "tei") for _ in range(2))
    assert (first.name, len(first.revision)) == ("reviews", 12)
    assert first.revision == second.revision
    assert open_at(tei, "tei", "?temperature=2").revision != first.revision
    speak_tei(tei, LABELS, model_sha="decaf")
    assert open_at(tei, "tei").revision != first.revision


def test_other_weights_on_the_server_are_not_taken_for_the_same_release(
    tei: InferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_at(tei, "tei")
    monkeypatch.setattr(engine, "_looked", -1e9)
    assert engine.classify(Task.SENTIMENT, items("a"))
    speak_tei(tei, LABELS, model_sha="decaf")
    assert engine.classify(Task.SENTIMENT, items("a"))
    monkeypatch.setattr(engine, "_looked", -1e9)
    with pytest.raises(EngineFailed, match="runs another release by now; register it anew"):
        engine.classify(Task.SENTIMENT, items("a"))


def test_another_version_in_an_answer_is_noticed_at_once(oip: InferenceServer) -> None:
    engine = open_oip(oip)
    oip.version = "2"
    with pytest.raises(EngineFailed, match="answers with version 2, not 1"):
        engine.classify(Task.SENTIMENT, items("a"))


def test_a_stance_asks_for_text_and_target(server: InferenceServer) -> None:
    speak_tei(server, ["favor", "against", "none"])
    engine = open_at(server, "tei")
    engine.classify(Task.STANCE, items("good", target="us"))
    assert server.requests[-1]["inputs"] == [["us", "good"]]
    open_at(server, "tei", "?pair=text-first").classify(Task.STANCE, items("good", target="us"))
    assert server.requests[-1]["inputs"] == [["good", "us"]]
    with pytest.raises(MissingTarget):
        engine.classify(Task.STANCE, items("good"))


@pytest.mark.parametrize(
    ("inputs", "query", "sent"),
    [
        (("POST", "TOPIC_NAME"), "", {"POST": "good", "TOPIC_NAME": "us"}),
        (("A", "B"), "", {"A": "us", "B": "good"}),
        (("A", "B"), "&pair=text-first", {"A": "good", "B": "us"}),
        (("A", "B", "C"), "&text=C&target=A", {"C": "good", "A": "us"}),
        (("A",), "&join={target} [SEP] {text}", {"A": "us [SEP] good"}),
    ],
)
def test_a_pair_finds_its_tensors(
    server: InferenceServer, inputs: tuple[str, ...], query: str, sent: dict[str, str]
) -> None:
    speak_oip(server, inputs=inputs)
    engine = open_at(server, "oip", f"?outputs=favor,against,none{query}", task=Task.STANCE)
    engine.classify(Task.STANCE, items("good", target="us"))
    body = server.requests[-1]
    assert {tensor["name"]: tensor["data"][0] for tensor in body["inputs"]} == sent
    assert all(tensor["shape"] == [1, 1] for tensor in body["inputs"])


def test_probabilities_are_calibrated_by_way_of_their_logarithms(server: InferenceServer) -> None:
    speak_oip(server, outputs=("probabilities",), shape=(-1,))
    server.judge = lambda _: [0.1, 0.2, 0.7]
    plain = open_oip(server).classify(Task.SENTIMENT, items("a"))[0]
    assert plain.scores["positive"] == pytest.approx(0.7)
    assert server.requests[-1]["inputs"][0]["shape"] == [1]
    mild = open_oip(server, "?temperature=2").classify(Task.SENTIMENT, items("a"))[0]
    assert mild.scores["positive"] == pytest.approx(
        softmax(*(math.log(p) / 2 for p in (0.1, 0.2, 0.7)))[2]
    )


def test_a_pipeline_on_mlserver_names_its_labels_itself(server: InferenceServer) -> None:
    speak_oip(server, inputs=(), outputs=(), name="mlserver")
    server.datatype = "BYTES"
    server.judge = lambda _: [0.1, 0.2, 0.7]
    engine = open_at(server, "oip")
    assert engine.classify(Task.SENTIMENT, items("a"))[0].label == "positive"
    tensor = server.requests[-1]["inputs"][0]
    assert (tensor["name"], tensor["parameters"]) == ("args", {"content_type": "str"})


def test_where_only_the_best_label_comes_the_rest_is_shared_out(server: InferenceServer) -> None:
    speak_oip(server, name="mlserver")
    server.datatype = "BYTES"
    server.judge = lambda _: [0.7]
    with pytest.raises(RefusedModel, match=r"best label only; .* \(outputs=A,B,C\)"):
        open_at(server, "oip")
    engine = open_at(server, "oip", "?outputs=NEG,NEU,POS")
    verdict = engine.classify(Task.SENTIMENT, items("a"))[0]
    assert verdict.scores == pytest.approx({"negative": 0.7, "neutral": 0.15, "positive": 0.15})


def test_a_card_in_a_file_says_what_the_server_does_not(
    oip: InferenceServer, tmp_path: Path
) -> None:
    card = tmp_path / "house.yaml"
    card.write_text(
        f"server: oip+{oip.url}/models/mood\nname: house\nunsure_below: 0.99\n"
        "labels: {LABEL_0: negative, LABEL_1: neutral, LABEL_2: positive}\n"
    )
    engine = open_engine(str(card))
    oip.engines.append(engine)
    assert (engine.name, engine.tasks) == ("house", {Task.SENTIMENT})
    assert engine.classify(Task.SENTIMENT, items("abc"))[0].unsure


@pytest.mark.parametrize(
    ("setup", "query", "reason"),
    [
        ({"inputs": ("A", "B")}, "", r"text inputs A, B; say which takes what \(text=NAME\)"),
        ({"inputs": ()}, "", "text inputs none"),
        ({}, "?text=OTHER", 'no text input called "OTHER"'),
        ({"outputs": ("A", "B")}, "", r"outputs A, B; say which holds the figures"),
        ({"outputs": ("A",)}, "", r"logits or probabilities; say it \(scale=logits\)"),
        ({}, "?outputs=x,y,z", "do not fit"),
        ({}, "?outputs=negative,positive", "3 figures for a text and has 2 labels"),
        ({}, "?temperature=0", "temperature: Input should be greater than 0"),
        ({}, "?temprature=2", "temprature"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    server: InferenceServer, setup: Any, query: str, reason: str
) -> None:
    speak_oip(server, **setup)
    labels = None if "outputs=" in query else OIP_LABELS
    with pytest.raises(RefusedModel, match=reason):
        open_oip(server, query, labels=labels)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("oip+http://127.0.0.1:1", "names no model"),
        ("ftp+http://host", "no address of a model"),
        ("http://host", "no address of a model"),
        ("tei+file:///etc/passwd", "no address of a model"),
        ("tei+http://user:password@host", "write no name and no password"),
    ],
)
def test_a_wrong_address_is_refused(address: str, reason: str) -> None:
    with pytest.raises(RefusedModel, match=reason):
        open_engine(address)


def test_a_server_without_a_classifier_is_refused(tei: InferenceServer) -> None:
    tei.pages["/info"]["model_type"] = {"embedding": {"pooling": "cls"}}
    with pytest.raises(RefusedModel, match="runs no classifier"):
        open_at(tei, "tei")


def test_a_server_that_is_not_there_is_said_to_be_missing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        card = read_location(f"tei+http://127.0.0.1:{port}")
        with pytest.raises(EngineFailed, match="cannot be reached"):
            RemoteEngine(card, patience_s=0.3)
