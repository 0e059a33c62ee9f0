"""Originals are found again by their sketches, in bounded memory, the same in every process."""

import subprocess
import sys
from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.duplicates.originals import Originals, Prints, take_prints
from services.monitor.duplicates.sketches import NUMBERS, keys, sketch

ORIGINAL = "城东变电站昨晚停电三小时 抢修人员凌晨才到 小区里的老人被困在电梯口 物业电话一直没人接"

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=120)


def prints(*said: str, first: int = 1) -> Prints:
    ids = [UUID(int=first + number) for number in range(len(said))]
    return take_prints(ids, said, [blake2b(text.encode()).hexdigest()[:32] for text in said])


def found(memory: Originals, batch: Prints) -> list[list[int]]:
    return [[each.post_id.int for each in row] for row in memory.look_up(batch)]


def jaccard(numbers: Sequence[Sequence[int]]) -> float:
    return float(np.mean(np.array(numbers[0]) == np.array(numbers[1])))


@given(st.lists(texts, min_size=1, max_size=8))
def test_a_text_has_the_same_sketch_alone_and_in_any_company(batch: list[str]) -> None:
    together = sketch(batch)
    assert together.numbers.shape == (len(batch), NUMBERS)
    for row, text in enumerate(batch):
        alone = sketch([text])
        assert (alone.numbers[0] == together.numbers[row]).all()
        assert (alone.figures[0] == together.figures[row]).all()
        assert alone.sizes[0] == together.sizes[row]


def test_a_sketch_does_not_depend_on_the_process() -> None:
    code = (
        "from services.monitor.duplicates.sketches import keys, sketch;"
        f"print(keys(sketch([{ORIGINAL!r}])).tolist())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert answers == {f"{keys(sketch([ORIGINAL])).tolist()}\n"}


def test_what_two_texts_share_they_share_in_their_sketches() -> None:
    altered = f"{ORIGINAL} 求扩散"
    other = "电价下月起调整 居民阶梯电价分三档 听证会定在周五上午 欢迎市民报名旁听"
    assert jaccard(sketch([ORIGINAL, altered]).numbers.tolist()) > 0.6
    assert jaccard(sketch([ORIGINAL, other]).numbers.tolist()) < 0.3


def test_an_altered_copy_finds_its_original_in_its_batch_and_later() -> None:
    memory = Originals(capacity=1_000)
    batch = prints(ORIGINAL, f"{ORIGINAL} 求扩散")
    assert found(memory, batch) == [[], [1]]
    memory.add(batch, [0])
    assert found(memory, prints(f"突发 {ORIGINAL}", first=10)) == [[1]]
    assert found(memory, prints(ORIGINAL, first=1)) == [[]]


def test_notices_of_one_template_are_told_apart_by_their_figures() -> None:
    memory = Originals(capacity=1_000)
    notices = [
        f"{number}号变电站检修 {ORIGINAL} 预计停电{1_000 - number}户" for number in range(300)
    ]
    for start in range(0, 300, 100):
        batch = prints(*notices[start : start + 100], first=start + 1)
        memory.add(batch, range(100))
    told = found(memory, prints(*[f"{notice} 转发求扩散" for notice in notices], first=1_000))
    assert sum(number + 1 in row for number, row in enumerate(told)) >= 295


def test_figures_are_read_from_the_outer_ends_of_a_text() -> None:
    one, other, turned, none, single, long, ends = sketch(
        [
            "3人受伤，12户停电",
            "3人受伤，共120户停电，还剩12户",
            "12户停电，3人受伤",
            "无人受伤",
            "3",
            "1234567890",
            "12345678和34567890",
        ]
    ).figures.tolist()
    assert one == other != turned
    assert none == [0, 0]
    assert single == [one[0], one[0]]
    assert long == ends


def test_a_short_text_finds_the_very_words_only() -> None:
    memory = Originals(capacity=1_000)
    memory.add(prints("真的假的啊"), [0])
    assert found(memory, prints("真的假的啊", "真的假的吧", first=10)) == [[1], []]


@given(st.integers(1, 40))
def test_memory_is_bounded_and_the_oldest_make_room(count: int) -> None:
    memory = Originals(capacity=16)
    size = memory.nbytes
    said = [
        f"{ORIGINAL[number % 7 :]} {blake2b(bytes([number])).hexdigest()}"
        for number in range(count)
    ]
    for number, text in enumerate(said):
        memory.add(prints(text, first=number + 1), [0])
    assert len(memory) == min(count, 16)
    assert memory.nbytes == size
    known = {post_id for row in found(memory, prints(*said, first=1_000)) for post_id in row}
    assert count in known
    assert all(post_id > count - 16 or post_id >= 1_000 for post_id in known)


def test_a_million_originals_take_less_than_200_megabytes() -> None:
    assert Originals(1_000_000).nbytes < 200_000_000
