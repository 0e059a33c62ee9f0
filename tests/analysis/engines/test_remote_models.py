"""What an inference server runs: which weights, which tensors, which labels; what does not fit."""

import math
import socket
from pathlib import Path
from typing import Any

import pytest

from services.analysis.engines.base import EngineFailed, MissingTarget, RefusedModel
from services.analysis.engines.registry import open_engine
from services.analysis.engines.remote.address import read_location
from services.analysis.engines.remote.engine import RemoteEngine
from shared.contracts.labels import Task
from tests.analysis.engines.inference_server import InferenceServer
from tests.analysis.engines.remote_asking import (
    LABELS,
    OIP_LABELS,
    items,
    open_at,
    open_oip,
    softmax,
    speak_oip,
    speak_tei,
)


@pytest.fixture
def tei(server: InferenceServer) -> InferenceServer:
    speak_tei(server, LABELS)
    return server


@pytest.fixture
def oip(server: InferenceServer) -> InferenceServer:
    speak_oip(server)
    return server


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
