"""Many callers before one engine: each gets their own answers, and people go before jobs."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.engines.base import (
    EngineFailed,
    Item,
    MissingTarget,
    Overloaded,
    Verdict,
    WrongTask,
)
from services.analysis.engines.batching import Batcher, Priority
from shared.contracts.labels import Task

JOB = Priority.JOB


class EchoEngine:
    """Answers with the text itself, notes every slice, and waits at a gate when one is set."""

    name = "echo"
    revision = "1"
    device = "cpu"
    tasks = frozenset({Task.SENTIMENT, Task.STANCE})

    def __init__(self) -> None:
        self.slices: list[list[str]] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        self.slices.append([item.text for item in items])
        self.threads.add(threading.current_thread().name)
        self.reached.set()
        self.gate.wait(10)
        if any(item.text == "poison" for item in items):
            raise RuntimeError("this text breaks me")
        return [
            [Verdict(f"{task}:{item.text}", 1.0, {item.text: 1.0}, False) for item in items]
            for task in tasks
        ]

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        return self.classify_together((task,), items)[0]


@asynccontextmanager
async def batcher(**options: Any) -> AsyncIterator[tuple[EchoEngine, Batcher]]:
    engine = EchoEngine()
    opened = Batcher(engine, **options)
    try:
        yield engine, opened
    finally:
        engine.gate.set()
        await asyncio.wait_for(opened.close(), 10)


def items(*texts: str) -> list[Item]:
    return [Item(text) for text in texts]


def labels(verdicts: list[Verdict]) -> list[str]:
    return [verdict.label.partition(":")[2] for verdict in verdicts]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  (the engine's thread sets no asyncio.Event)
            await asyncio.sleep(0.001)


calls_of_many = st.lists(
    st.tuples(
        st.sampled_from(Priority),
        st.sampled_from([Task.SENTIMENT, Task.STANCE]),
        st.lists(st.text(max_size=30), max_size=12),
        st.booleans(),  # whether the caller goes away
    ),
    max_size=25,
)


@given(calls_of_many)
@settings(deadline=None, max_examples=60)
def test_everyone_gets_their_own_answers_in_order(
    calls: list[tuple[Priority, Task, list[str], bool]],
) -> None:
    async def scenario() -> None:
        async with batcher(slice_s=0.02) as (engine, open_batcher):
            running = [
                asyncio.create_task(
                    open_batcher.classify(
                        task, [Item(text, "target") for text in texts], priority=priority
                    )
                )
                for priority, task, texts, _ in calls
            ]
            await asyncio.sleep(0)
            for task, (*_, leaves) in zip(running, calls, strict=True):
                if leaves:
                    task.cancel()
            answers = await asyncio.gather(*running, return_exceptions=True)
            for answer, (_, asked, texts, leaves) in zip(answers, calls, strict=True):
                if leaves and isinstance(answer, asyncio.CancelledError):
                    continue
                assert not isinstance(answer, BaseException)
                assert [verdict.label for verdict in answer] == [f"{asked}:{t}" for t in texts]
            assert [open_batcher.waiting(priority) for priority in Priority] == [0, 0]
            assert len(engine.threads) <= 1

    asyncio.run(scenario())


async def test_calls_that_wait_together_share_a_slice() -> None:
    async with batcher(slice_s=60) as (engine, open_batcher):
        answers = await asyncio.gather(
            *(open_batcher.classify(Task.SENTIMENT, items(text)) for text in "abcdef")
        )
        assert [labels(answer) for answer in answers] == [[text] for text in "abcdef"]
        assert engine.slices == [list("abcdef")]


async def test_several_tasks_are_asked_in_one_slice() -> None:
    async with batcher(slice_s=60) as (engine, open_batcher):
        sentiment, stance = await open_batcher.classify_together(
            (Task.SENTIMENT, Task.STANCE), [Item("a", "us"), Item("b", "us")]
        )
        assert [verdict.label for verdict in sentiment] == ["sentiment:a", "sentiment:b"]
        assert [verdict.label for verdict in stance] == ["stance:a", "stance:b"]
        assert engine.slices == [["a", "b"]]


async def test_a_person_waits_for_one_slice_of_a_job_and_no_more() -> None:
    async with batcher(slice_s=0.01) as (engine, open_batcher):
        engine.gate.clear()
        texts = [f"job {number}" for number in range(500)]
        job = asyncio.create_task(
            open_batcher.classify(Task.SENTIMENT, items(*texts), priority=JOB)
        )
        await until(engine.reached.is_set)
        person = asyncio.create_task(open_batcher.classify(Task.STANCE, [Item("person", "us")]))
        await asyncio.sleep(0)
        engine.gate.set()
        assert labels(await person) == ["person"]
        assert not job.done()
        assert engine.slices.index(["person"]) == 1
        assert labels(await job) == texts


async def test_a_large_call_does_not_hold_up_a_small_one() -> None:
    async with batcher(slice_s=0.01) as (engine, open_batcher):
        engine.gate.clear()
        large = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items(*"x" * 500)))
        await until(engine.reached.is_set)
        small = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("small")))
        await asyncio.sleep(0)
        engine.gate.set()
        assert labels(await small) == ["small"]
        assert not large.done()
        await large


async def test_the_loop_stays_free_while_the_engine_works() -> None:
    async with batcher() as (engine, open_batcher):
        engine.gate.clear()
        call = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("a")))
        await until(engine.reached.is_set)
        await asyncio.sleep(0.01)
        assert not call.done()
        engine.gate.set()
        await call


async def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    async with batcher(max_waiting=10) as (engine, open_batcher):
        engine.gate.clear()
        first = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("a")))
        await until(engine.reached.is_set)
        waiting = asyncio.create_task(
            open_batcher.classify(Task.SENTIMENT, items(*"abcdefgh"), priority=JOB)
        )
        await asyncio.sleep(0)
        with pytest.raises(Overloaded, match="come again in") as refused:
            await open_batcher.classify(Task.SENTIMENT, items("i", "j", "k"), priority=JOB)
        assert int(refused.value.headers["Retry-After"]) >= 1
        # Jobs that fill their queue keep no person out.
        person = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("p")))
        await asyncio.sleep(0)
        assert not person.done()
        engine.gate.set()
        await asyncio.gather(first, waiting, person)
        assert await open_batcher.classify(Task.SENTIMENT, items("i"), priority=JOB)


async def test_a_call_larger_than_the_queue_is_taken_when_it_is_alone() -> None:
    async with batcher(max_waiting=3) as (_, open_batcher):
        answer = await open_batcher.classify(Task.SENTIMENT, items(*"abcdefgh"))
        assert labels(answer) == list("abcdefgh")


async def test_who_leaves_frees_their_place_and_breaks_nobody() -> None:
    async with batcher(max_waiting=10) as (engine, open_batcher):
        engine.gate.clear()
        first = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("a")))
        await until(engine.reached.is_set)
        leaver = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items(*"b" * 10)))
        await asyncio.sleep(0)
        leaver.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaver
        stayer = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items(*"c" * 10)))
        await asyncio.sleep(0)
        engine.gate.set()
        assert labels(await first) == ["a"]
        assert labels(await stayer) == ["c"] * 10
        assert not any("b" in part for part in engine.slices)


async def test_an_error_reaches_only_the_caller_whose_text_caused_it() -> None:
    async with batcher(slice_s=60) as (engine, open_batcher):
        good, bad, other = await asyncio.gather(
            open_batcher.classify(Task.SENTIMENT, items("good")),
            open_batcher.classify(Task.SENTIMENT, items("fine", "poison")),
            open_batcher.classify(Task.SENTIMENT, items("other")),
            return_exceptions=True,
        )
        assert engine.slices[0] == ["good", "fine", "poison", "other"]
        assert isinstance(bad, EngineFailed)
        assert isinstance(bad.__cause__, RuntimeError)
        assert not isinstance(good, BaseException)
        assert not isinstance(other, BaseException)
        assert (labels(good), labels(other)) == (["good"], ["other"])
        assert await open_batcher.classify(Task.SENTIMENT, items("again"))


async def test_an_engine_that_miscounts_fails_its_callers() -> None:
    class Forgetful(EchoEngine):
        def classify_together(
            self, tasks: Sequence[Task], items: Sequence[Item]
        ) -> list[list[Verdict]]:
            return [column[1:] for column in super().classify_together(tasks, items)]

    open_batcher = Batcher(Forgetful())
    with pytest.raises(EngineFailed, match="0 answers to 1 texts"):
        await open_batcher.classify(Task.SENTIMENT, items("a"))
    await open_batcher.close()


async def test_a_wrong_call_is_refused_before_it_waits() -> None:
    async with batcher() as (engine, open_batcher):
        with pytest.raises(WrongTask):
            await open_batcher.classify(Task.EMOTION, items("a"))
        with pytest.raises(MissingTarget):
            await open_batcher.classify(Task.STANCE, items("a"))
        assert await open_batcher.classify(Task.SENTIMENT, []) == []
        assert engine.slices == []


async def test_an_engine_that_hangs_fails_its_callers_and_is_used_again_when_it_returns() -> None:
    async with batcher(limit_s=0.05, slice_s=0.002) as (engine, open_batcher):
        engine.gate.clear()
        caught = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("a")))
        await until(engine.reached.is_set)
        queued = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("b")))
        with pytest.raises(EngineFailed, match="did not answer in"):
            await caught
        with pytest.raises(Overloaded):
            await queued
        assert open_batcher.stuck
        with pytest.raises(Overloaded, match="not answering"):
            await open_batcher.classify(Task.SENTIMENT, items("c"))
        engine.gate.set()
        await until(lambda: not open_batcher.stuck)
        assert labels(await open_batcher.classify(Task.SENTIMENT, items("d"))) == ["d"]


async def test_closing_answers_what_waits_and_takes_nothing_new() -> None:
    engine = EchoEngine()
    open_batcher = Batcher(engine)
    engine.gate.clear()
    calls = [
        asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items(text), priority=JOB))
        for text in "abc"
    ]
    await until(engine.reached.is_set)
    closing = asyncio.create_task(open_batcher.close())
    await asyncio.sleep(0)
    with pytest.raises(Overloaded, match="closing"):
        await open_batcher.classify(Task.SENTIMENT, items("late"))
    engine.gate.set()
    await asyncio.wait_for(closing, 10)
    assert [labels(await call) for call in calls] == [["a"], ["b"], ["c"]]


async def test_closing_an_unused_batcher_is_quiet() -> None:
    await Batcher(EchoEngine()).close()


async def test_the_state_tells_what_waits_and_how_busy_the_engine_was() -> None:
    async with batcher() as (engine, open_batcher):
        idle = open_batcher.state()
        assert (idle.device, idle.revision, idle.restarts, idle.stuck) == ("cpu", "1", 0, False)
        assert (idle.load, idle.texts_per_second) == (0, 0)
        engine.gate.clear()
        first = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("a")))
        await until(engine.reached.is_set)
        second = asyncio.create_task(
            open_batcher.classify(Task.SENTIMENT, items("b", "c"), priority=JOB)
        )
        await asyncio.sleep(0.02)
        assert open_batcher.state().waiting == {Priority.INTERACTIVE: 0, JOB: 2}
        engine.gate.set()
        await asyncio.gather(first, second)
        busy = open_batcher.state()
        assert 0 < busy.load <= 1
        assert busy.texts_per_second > 0


async def test_an_engine_that_holds_something_is_closed_after_the_last_answer() -> None:
    class Holding(EchoEngine):
        closed_after = -1

        def close(self) -> None:
            self.closed_after = len(self.slices)

    engine = Holding()
    open_batcher = Batcher(engine)
    answer = asyncio.create_task(open_batcher.classify(Task.SENTIMENT, items("a")))
    await asyncio.sleep(0)
    await open_batcher.close()
    assert labels(await answer) == ["a"]
    assert engine.closed_after == 1
