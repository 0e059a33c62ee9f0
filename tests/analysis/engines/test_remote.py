"""Models on inference servers: every way a server lets its callers down, by both protocols."""

import asyncio
import math
import threading
from typing import Any

import pytest

from services.analysis.engines.base import EngineFailed, Overloaded, SomeFailed
from services.analysis.engines.batching import Batcher
from services.analysis.engines.remote.address import read_location
from services.analysis.engines.remote.engine import RemoteEngine
from shared.contracts.labels import Task
from tests.analysis.engines.inference_server import InferenceServer, drop
from tests.analysis.engines.remote_asking import (
    LABELS,
    OIP_LABELS,
    items,
    softmax,
    speak_oip,
    speak_tei,
)

TEXTS = ["a", "bbb", "", "\ud83d half", "好" * 5]


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
