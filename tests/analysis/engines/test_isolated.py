"""A model that hangs, dies or is killed is started again, and no text is lost by it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.engines.base import (
    EngineFailed,
    Item,
    MissingTarget,
    Overloaded,
    RefusedModel,
    SomeFailed,
    Verdict,
)
from services.analysis.engines.batching import Batcher
from services.analysis.engines.isolated import IsolatedEngine
from services.analysis.engines.process import Recipe
from services.analysis.engines.registry import open_engine
from shared.contracts.labels import Task
from tests.analysis.engines.fragile import verdict_on

ROOT = Path(__file__).parents[3]
OPENER = "tests.analysis.engines.fragile:open_fragile"
TEXT_TASKS = (Task.SENTIMENT, Task.EMOTION)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[IsolatedEngine]:
    opened = IsolatedEngine(Recipe(OPENER, {"folder": str(tmp_path)}))
    yield opened
    opened.close()


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[IsolatedEngine]:
    """Waits no longer than a machine needs that has much else to do."""
    opened = IsolatedEngine(Recipe(OPENER, {"folder": str(tmp_path)}), limit_s=3.0)
    yield opened
    opened.close()


def items(*texts: str) -> list[Item]:
    return [Item(text, "us") for text in texts]


def expected(task: Task, *texts: str) -> list[Verdict]:
    return [verdict_on(task, text) for text in texts]


def wait_for(condition: Callable[[], object]) -> None:
    until = monotonic() + 20
    while not condition():
        assert monotonic() < until, "it never came true"
        sleep(0.01)


def test_it_answers_for_the_engine_in_its_name(engine: IsolatedEngine) -> None:
    assert (engine.name, engine.revision, engine.device) == ("fragile", "1", "cpu")
    assert engine.tasks == frozenset(Task)
    assert engine.pid != os.getpid()
    with pytest.raises(MissingTarget):
        engine.classify(Task.STANCE, [Item("a")])
    assert engine.classify(Task.SENTIMENT, []) == []


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedEngine]:
    folder = tmp_path_factory.mktemp("quiet")
    opened = IsolatedEngine(Recipe(OPENER, {"folder": str(folder)}))
    yield opened
    opened.close()


anything = st.text(st.characters(codec=None, categories=None), max_size=40)


@given(st.lists(anything.map(lambda text: f"t{text}"), max_size=8))
@settings(deadline=None, max_examples=50)
def test_any_text_goes_there_and_its_verdicts_come_back(
    quiet: IsolatedEngine, texts: list[str]
) -> None:
    columns = quiet.classify_together(tuple(Task), items(*texts))
    assert columns == [expected(task, *texts) for task in Task]


def test_several_callers_get_their_own_answers(quiet: IsolatedEngine) -> None:
    calls = [["t" * size] * 3 for size in range(1, 40)]
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda call: quiet.classify(Task.EMOTION, items(*call)), calls)
        assert list(answers) == [expected(Task.EMOTION, *call) for call in calls]


def test_a_process_killed_in_the_middle_loses_nothing(engine: IsolatedEngine) -> None:
    texts = ["a", "bb", "killed once", "ccc"]
    assert engine.classify(Task.SENTIMENT, items(*texts)) == expected(Task.SENTIMENT, *texts)
    assert engine.restarts == 1


def test_a_kill_from_outside_loses_nothing(engine: IsolatedEngine, tmp_path: Path) -> None:
    texts = ["a", "slow", "bb"]
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(engine.classify, Task.SENTIMENT, items(*texts))
        wait_for((tmp_path / "reached").exists)
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        assert call.result(20) == expected(Task.SENTIMENT, *texts)
    assert engine.restarts == 1


@pytest.mark.parametrize("poison", ["exit", "hang", "raise"])
def test_a_text_that_breaks_the_model_fails_alone(hasty: IsolatedEngine, poison: str) -> None:
    engine = hasty
    texts = ["a", "bb", poison, "dddd", "eeeee"]
    with pytest.raises(SomeFailed, match="item 2 each time; leave it out") as failed:
        engine.classify_together(TEXT_TASKS, items(*texts))
    others = [text for text in texts if text != poison]
    for column, task in zip(failed.value.columns, TEXT_TASKS, strict=True):
        assert column[2] is None
        assert [verdict for verdict in column if verdict] == expected(task, *others)
    assert failed.value.places == [2]
    assert engine.restarts == (0 if poison == "raise" else 3)
    assert engine.classify(Task.SENTIMENT, items("fine")) == expected(Task.SENTIMENT, "fine")


def test_a_text_that_broke_the_model_does_not_break_it_again(engine: IsolatedEngine) -> None:
    for _ in range(3):
        with pytest.raises(SomeFailed):
            engine.classify(Task.SENTIMENT, items("a", "exit", "bb"))
    assert engine.restarts == 3
    with pytest.raises(SomeFailed, match="item 0"):
        engine.classify(Task.SENTIMENT, items("exit"))
    assert engine.restarts == 3


def test_a_model_that_breaks_on_everything_blames_no_text(
    engine: IsolatedEngine, tmp_path: Path
) -> None:
    (tmp_path / "broken").touch()
    with pytest.raises(EngineFailed, match="breaks on every text") as failed:
        engine.classify(Task.SENTIMENT, items(*"abcdef"))
    assert not isinstance(failed.value, SomeFailed)
    (tmp_path / "broken").unlink()
    assert engine.classify(Task.SENTIMENT, items(*"abcdef")) == expected(Task.SENTIMENT, *"abcdef")
    assert engine.restarts == 1


def test_one_that_does_not_start_again_is_tried_less_and_less_often(
    engine: IsolatedEngine, tmp_path: Path
) -> None:
    marker = tmp_path / "die at start"
    marker.touch()
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    problems: list[Any] = []
    while not problems or not isinstance(problems[-1], Overloaded):
        with pytest.raises((EngineFailed, Overloaded)) as failed:
            engine.classify(Task.SENTIMENT, items("a"))
        problems.append(failed.value)
    assert 3 <= len(problems) <= 6
    assert "does not start again" in str(problems[1])
    assert int(problems[-1].headers["Retry-After"]) >= 1
    marker.unlink()
    wait_for(lambda: _answers(engine))


def _answers(engine: IsolatedEngine) -> bool:
    try:
        return engine.classify(Task.SENTIMENT, items("a")) == expected(Task.SENTIMENT, "a")
    except Overloaded:
        return False


def test_files_that_changed_meanwhile_are_not_taken_for_the_same_release(
    engine: IsolatedEngine, tmp_path: Path
) -> None:
    (tmp_path / "revision").write_text("2")
    assert engine.classify(Task.SENTIMENT, items("a"))
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(EngineFailed, match="have changed; register it anew"):
        engine.classify(Task.SENTIMENT, items("a"))


def test_a_model_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "refuse").touch()
    with pytest.raises(RefusedModel, match="the folder is no good; save it again"):
        IsolatedEngine(Recipe(OPENER, {"folder": str(tmp_path)}))
    (tmp_path / "refuse").unlink()
    (tmp_path / "die at start").touch()
    with pytest.raises(EngineFailed, match="exit 4"):
        IsolatedEngine(Recipe(OPENER, {"folder": str(tmp_path)}))


def test_closing_ends_the_process_and_fails_who_waits(tmp_path: Path) -> None:
    engine = IsolatedEngine(Recipe(OPENER, {"folder": str(tmp_path)}))
    process = psutil.Process(engine.pid)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(engine.classify, Task.SENTIMENT, items("slow", "hang"))
        wait_for((tmp_path / "reached").exists)
        engine.close()
        with pytest.raises(EngineFailed, match="closed"):
            call.result(20)
    assert not process.is_running()
    with pytest.raises(EngineFailed, match="closed"):
        engine.classify(Task.SENTIMENT, items("a"))


PARENT = """
import sys, threading
from services.analysis.engines.base import Item
from services.analysis.engines.isolated import IsolatedEngine
from services.analysis.engines.process import Recipe
from shared.contracts.labels import Task
engine = IsolatedEngine(Recipe(sys.argv[1], {"folder": sys.argv[2]}))
print(engine.pid, flush=True)
engine.classify(Task.SENTIMENT, [Item("slow"), Item("hang")])
"""


def test_it_ends_with_its_parent_even_when_it_hangs(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, OPENER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for((tmp_path / "reached").exists)
        parent.kill()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_it_knows_no_secret(engine: IsolatedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_DATABASE_URL", "postgresql://secret")
    engine.close()
    with closing(IsolatedEngine(engine._recipe)) as other:
        environment = psutil.Process(other.pid).environ()
    assert not [name for name in environment if "GROUNDSWELL" in name]


async def test_behind_a_batcher_only_the_caller_with_the_text_hears_of_it(
    engine: IsolatedEngine,
) -> None:
    batcher = Batcher(engine, slice_s=60)
    good, bad, other = await asyncio.gather(
        batcher.classify(Task.SENTIMENT, items("a", "bb")),
        batcher.classify(Task.SENTIMENT, items("a", "exit", "ccc")),
        batcher.classify(Task.SENTIMENT, items("bb")),
        return_exceptions=True,
    )
    assert good == expected(Task.SENTIMENT, "a", "bb")
    assert other == expected(Task.SENTIMENT, "bb")
    assert isinstance(bad, SomeFailed)
    assert bad.places == [1]
    assert batcher.state().restarts == 3
    await batcher.close()
    assert engine.pid is None or not psutil.pid_exists(engine.pid)


def test_a_model_folder_is_isolated_on_request(make_onnx_folder: Any) -> None:
    folder = str(make_onnx_folder(["negative", "positive"]))
    texts = [Item("good"), Item("bad bad"), Item("")]
    plain = open_engine(folder, device="cpu")
    isolated = open_engine(folder, device="cpu", isolated=True)
    assert isinstance(isolated, IsolatedEngine)
    with closing(isolated):
        assert (isolated.name, isolated.revision) == (plain.name, plain.revision)
        answers = isolated.classify(Task.SENTIMENT, texts)
    for one, other in zip(answers, plain.classify(Task.SENTIMENT, texts), strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)
    (Path(folder) / "model.onnx").unlink()
    with pytest.raises(RefusedModel, match="holds no weights"):
        open_engine(folder, isolated=True)


def test_the_lexicon_stays_in_this_process() -> None:
    assert not isinstance(open_engine("lexicon", isolated=True), IsolatedEngine)
