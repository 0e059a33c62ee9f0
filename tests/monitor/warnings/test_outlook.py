"""The outlook tells from the course so far how likely a story grows large, and explains itself."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.indicators.tally import Tally, TallyPost
from services.monitor.warnings.outlook import FIGURES, MODEL_FILE, SHIPPED, OutlookModel

NOON = 1_772_337_600.0
VALUES: dict[str, Any] = json.loads(MODEL_FILE.read_text("utf-8"))


def story(posts: int, every: float) -> Tally:
    tally = Tally()
    for number in range(posts):
        tally.add(TallyPost(NOON + number * every, "weibo", f"u{number}", copy=number > 0))
    return tally


def share(posts: int, every: float) -> float:
    found = SHIPPED.outlook(story(posts, every), NOON + (posts - 1) * every)
    assert found is not None
    return found.share


def test_more_posts_in_the_same_time_are_a_graver_outlook() -> None:
    shares = [share(posts, 3_600 / posts) for posts in (10, 40, 80, 120, 180)]
    assert shares == sorted(shares)
    assert shares[0] < SHIPPED.threshold < shares[-1]


def test_the_same_posts_over_a_longer_time_are_a_milder_one() -> None:
    assert share(100, 20) > share(100, 120) > share(100, 600)


def test_it_says_what_it_rests_on() -> None:
    found = SHIPPED.outlook(story(50, 60), NOON + 49 * 60)
    assert found is not None
    assert (found.size, found.posts, found.authors, found.age) == (200, 50, 50, 49 * 60.0)
    assert not found.large


def test_of_what_is_large_nothing_is_left_to_foretell() -> None:
    assert share(200, 300) < 1
    large = story(201, 300)
    found = SHIPPED.outlook(large, NOON + 200 * 300)
    assert found is not None
    assert (found.share, found.large) == (1.0, True)
    assert SHIPPED.outlook(large, NOON + 202 * 300 + 3_600) is None


@given(st.floats(0.5, 1))
def test_the_least_score_that_warns_is_the_one_of_the_threshold(threshold: float) -> None:
    model = replace(SHIPPED, threshold=threshold)
    if math.isinf(model.least_score):
        assert threshold > model.shares[-1][1] or threshold <= model.shares[0][1]
    else:
        assert model.share(model.least_score) == pytest.approx(threshold)


def test_no_share_of_past_events_is_told_as_a_certainty() -> None:
    assert SHIPPED.shares[-1][1] < 1


@given(st.lists(st.floats(0, 90_000), min_size=1, max_size=60))
def test_what_is_stored_and_read_back_has_the_same_outlook(seconds: list[float]) -> None:
    tally = Tally()
    for number, second in enumerate(sorted(seconds)):
        tally.add(TallyPost(NOON + second, "weibo", f"u{number}"))
    now = NOON + max(seconds)
    state = json.loads(json.dumps(tally.to_state()))
    assert SHIPPED.outlook(Tally.from_state(state), now) == SHIPPED.outlook(tally, now)


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_a_higher_score_is_never_a_lower_share(one: float, other: float) -> None:
    low, high = sorted((SHIPPED.share(one), SHIPPED.share(other)))
    assert 0 <= low <= high <= 1
    assert (SHIPPED.share(max(one, other)), SHIPPED.share(min(one, other))) == (high, low)


def test_the_shipped_file_tells_what_it_was_fitted_on_and_how_well_it_does() -> None:
    assert OutlookModel.of(VALUES) == SHIPPED
    assert set(VALUES["weights"]) == set(FIGURES)
    assert "CED_Dataset" in VALUES["fitted_on"]
    unseen = next(each for each in VALUES["figures"] if each["measured_on"] == "the other half")
    assert unseen["divisions"] >= 5
    assert unseen["before_half"]["median"] >= 0.87
    assert unseen["lead_minutes"]["median"] >= 63
    assert unseen["alarms_a_day"]["median"] <= 3
    assert all(low[0] < high[0] for low, high in pairwise(VALUES["shares"]))


@pytest.mark.parametrize(
    "wrong", [{"weights": (1.0,)}, {"shares": ()}, {"shares": ((1.0, 0.5), (0.0, 0.6))}]
)
def test_weights_that_do_not_fit_together_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|must rise"):
        replace(SHIPPED, **wrong)
