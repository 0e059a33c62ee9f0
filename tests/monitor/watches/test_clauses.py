"""What each part of a watch brings or takes away is counted as an evaluation without it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.watches.clauses import Tally, split
from services.monitor.watches.content import Content, Fields
from services.monitor.watches.expression import holds
from services.monitor.watches.strategy import Filters, read_strategy
from shared.folding import fold

TEXTS = ["停电投诉", "停电", "断电投诉演习", "断电投诉", "投诉", "停电断电投诉", "停电投诉招聘演习"]


def counted(expression: str, *exclusions: str, filters: Filters | None = None) -> dict[str, str]:
    tally = Tally(split(read_strategy(expression, exclusions, filters or Filters())))
    for text in TEXTS:
        content = Content(fold(text), Fields(platform="weibo"))
        if holds(tally.parts.core, content.shows):
            tally.count(content)
    return {
        f"{part.role} {part.says}": f"{matched}/{alone}" for part, matched, alone in tally.told()
    }


def test_alternatives_tell_what_they_bring_and_exclusions_what_they_take() -> None:
    assert counted("(停电 OR 断电 OR 跳闸) AND 投诉 NOT 演习", "招聘") == {
        "asks 停电": "2/1",
        "asks 断电": "2/1",
        "asks 跳闸": "0/0",
        "asks 投诉": "3/3",
        "excludes 演习": "2/1",
        "excludes 招聘": "1/0",
    }


def test_filters_take_away_too() -> None:
    found = counted("停电", filters=Filters(platforms=["news"]))
    assert found == {"asks 停电": "0/0", "filters platform:news": "4/4"}


@pytest.mark.parametrize("expression", ["NOT NOT 停电", "(停电 -演习) OR 断电"])
def test_what_cannot_be_taken_apart_is_one_part(expression: str) -> None:
    assert not split(read_strategy(expression)).barriers


words = st.sampled_from(
    ["停电", "断电", "投诉", "(停电 OR 断电)", "停电 NEAR/2 投诉", "-演习", "-(招聘 OR 断电)"]
)


@given(st.lists(words, min_size=1, max_size=5), st.lists(st.sampled_from(["招聘", "演习"])))
def test_a_post_matches_where_the_core_holds_and_nothing_is_in_the_way(
    parts: list[str], exclusions: list[str]
) -> None:
    strategy = read_strategy(" AND ".join(["停电 OR 投诉", *parts]), exclusions)
    found = split(strategy)
    for text in TEXTS:
        content = Content(fold(text))
        matches = holds(strategy.node, content.shows)
        core = holds(found.core, content.shows)
        assert matches == (core and not found.in_the_way(content))
        if core and not matches:
            freed = {part.pointer for part in found.in_the_way(content)}
            assert freed <= {"/expression", *(f"/exclusions/{n}" for n in range(len(exclusions)))}
