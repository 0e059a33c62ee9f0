"""Near copies are recognised; what says something else is not."""

import random
from collections import Counter
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.duplicates.likeness import Words, essence, likeness
from services.monitor.posts.fingerprint import said
from shared.folding import fold

ORIGINAL = (
    "城东变电站昨晚停电三小时，抢修人员凌晨才到，小区里的老人被困在电梯口，物业电话一直没人接"
)
ENGLISH = (
    "The bank closed its branch on Main Street this week and left its customers waiting outside"
)

# Long enough to be sketched, and made of words only.
texts = st.text(
    "变电站昨晚抢修人员凌晨到小区老人电梯口物业话直接城东abcdef", min_size=40, max_size=200
)


def like(earlier: str, later: str) -> float:
    return likeness(Words.of(said(fold(earlier))), Words.of(said(fold(later))))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (ORIGINAL, f"{ORIGINAL} 转发求扩散"),
        (ORIGINAL, f"【突发】{ORIGINAL}！！！"),
        (ORIGINAL, ORIGINAL.replace("，", " ")),
        (ORIGINAL, ORIGINAL.replace("抢修", "修抢")),
        (ORIGINAL, ORIGINAL[: len(ORIGINAL) * 9 // 10]),
        (ORIGINAL, f"#停电# {ORIGINAL} [怒][怒] @某人"),
        (f"#甲地停电# {ORIGINAL}", f"#乙地新闻# {ORIGINAL}"),
        (ENGLISH, f"{ENGLISH}!!! please share"),
        (ENGLISH, ENGLISH.replace("waiting", "wiating")),
        (
            "11月3日城东变电站停电检修通知，请大家提前做好准备",
            "11月3日城东变电站停电检修通知 请大家提前做好准备!",
        ),
    ],
)
def test_a_changed_copy_is_alike(earlier: str, later: str) -> None:
    assert like(earlier, later) >= 0.9


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (
            ORIGINAL,
            ORIGINAL.replace("没人接", "有人接")[:-1]
            + "了，已经解决，谢谢物业和电力公司的同志们辛苦一夜",
        ),
        (ORIGINAL, f"{ORIGINAL}，官方辟谣"),
        (ORIGINAL, ORIGINAL.replace("停电", "没停电")),
        (ORIGINAL, ORIGINAL.replace("三小时", "八小时")),
        (
            "11月3日城东变电站停电检修通知，请大家提前做好准备",
            "11月4日城东变电站停电检修通知，请大家提前做好准备",
        ),
        (
            "望湖小区又停电了，第1次打电话问客服什么时候来电",
            "望湖小区又停电了，第10次打电话问客服什么时候来电",
        ),
        (
            "#云州大面积停电引发市民热议# 心疼抢修的师傅们",
            "#云州大面积停电引发市民热议# 电力公司出来解释",
        ),
        (ENGLISH, ENGLISH.replace("closed", "has not closed")),
        ("vibes!!! @ Los Angeles, California", "getting that shot. @ Los Angeles, California"),
        (ORIGINAL, ORIGINAL[:20]),
        ("", ""),
        ("[怒]", "[怒]"),
    ],
)
def test_what_says_something_else_is_not(earlier: str, later: str) -> None:
    assert like(earlier, later) == 0.0


@given(texts)
def test_every_text_is_a_copy_of_itself(text: str) -> None:
    assert like(text, text) == 1.0


@given(texts, st.integers(0, 12))
def test_a_text_that_was_cut_or_added_to_is_a_copy(text: str, added: int) -> None:
    assert like(text, text[: len(text) * 9 // 10]) >= 0.9
    assert like(text, text + "转发" * (added // 2)) >= 0.9


@given(texts, st.randoms(use_true_random=False))
def test_swapped_characters_make_no_other_text(text: str, chance: random.Random) -> None:
    letters = list(text)
    place = chance.randrange(len(letters) - 1)
    letters[place : place + 2] = reversed(letters[place : place + 2])
    assert like(text, "".join(letters)) >= 0.9


def test_topics_names_emoticons_and_places_are_not_what_a_text_says() -> None:
    kept = essence(fold("#云州停电# 抢修师傅辛苦了[心] @某人 (@ City Hall, Yunzhou"))
    assert kept.split() == ["抢修师傅辛苦了"]


@given(st.lists(st.integers(1, 30), max_size=4), st.lists(st.integers(1, 30), max_size=4))
def test_a_copy_has_no_other_numbers(before: list[int], after: list[int]) -> None:
    """Unless one of the two only has more of them, or digits changed places."""
    parts = ORIGINAL.split("，")
    earlier = "，".join(
        f"{part}{number}" for part, number in zip_longest(parts, before, fillvalue="")
    )
    later = "，".join(f"{part}{number}" for part, number in zip_longest(parts, after, fillvalue=""))
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    moved = sorted("".join(map(str, before))) == sorted("".join(map(str, after)))
    if gone and come and not moved:
        assert like(earlier, later) == 0
    if before == after:
        assert like(earlier, later) == 1
