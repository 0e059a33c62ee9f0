"""Past posts are judged under their own clock, from what came before only."""

from collections.abc import Iterable
from typing import Any

import pytest

from services.monitor.backtest.replay import PastPost, Replay, replay_event, replay_posts
from services.monitor.backtest.trial import Trial, trial_of
from services.monitor.watches.mistakes import ExpressionError
from shared.contracts.levels import WarningLevel

NOON = 1_772_337_600.0
HOUR = 3_600.0
OUTAGE = "望湖新村今晚停电，物业说要等到十点"


def event(seconds: Iterable[float], text: str = OUTAGE) -> dict[str, Any]:
    posts = [[second, f"u{number}", -1] for number, second in enumerate(seconds)]
    return {"id": "e1", "text": text, "author": "u", "replay_at": NOON, "posts": posts}


def post(number: int, at: float, text: str, **fields: Any) -> PastPost:
    return PastPost(at, {"external_id": f"p{number}", "platform": "weibo", "text": text, **fields})


def test_a_quiet_event_is_not_warned_of() -> None:
    assert replay_event(event(range(0, 100 * 3_600, 3_600)), Trial()) == []


def test_a_surge_is_warned_of_when_it_comes_and_again_when_it_rises() -> None:
    warned = replay_event(event(number * 10.0 for number in range(720)), Trial())
    assert [each.level for each in warned] == [
        WarningLevel.BLUE,
        WarningLevel.YELLOW,
        WarningLevel.ORANGE,
        WarningLevel.RED,
    ]
    first = warned[0]
    assert first.subject == "e1"
    assert NOON + 300 <= first.warned_at <= NOON + 800
    assert "of 100 past events that came to look like this" in first.reason
    assert first.evidence[0] == "e1"


def test_nothing_that_comes_later_changes_what_was_said() -> None:
    seconds = [number * 10.0 for number in range(600)]
    whole = replay_event(event(seconds), Trial())
    for length in (50, 200, 400):
        part = replay_event(event(seconds[:length]), Trial())
        assert part == whole[: len(part)]


def test_a_surge_after_a_warning_that_ended_is_warned_of_again() -> None:
    bursts = [*(number * 10.0 for number in range(80)), *(9 * HOUR + n * 10 for n in range(60))]
    levels = [each.level for each in replay_event(event(bursts), Trial())]
    assert levels == [WarningLevel.BLUE, WarningLevel.BLUE]


def test_a_watch_selects_the_events_and_sets_its_thresholds() -> None:
    seconds = [number * 10.0 for number in range(30)]
    lower = {"name": "power", "expression": "停电 -演习", "thresholds": {"heat": {"blue": 10}}}
    assert len(replay_event(event(seconds), trial_of(lower))) == 1
    assert replay_event(event(seconds, "停电演习"), trial_of(lower)) == []


def test_posts_are_matched_grouped_and_judged() -> None:
    posts = [post(0, NOON, "望湖新村停电，一片漆黑")]
    for number in range(1, 301):
        at = NOON + number * 10
        text = OUTAGE if number % 2 else f"峰谷电价方案第{number}稿公布"
        posts.append(post(number, at, text, author_followers=10, engagement={"likes": 3}))
    warned = list(replay_posts(posts, trial_of({"name": "power", "expression": "停电"})))
    assert {each.subject for each in warned} == {"story-1"}
    assert warned[0].evidence[0] == "p0"
    assert [each.level for each in warned] == sorted(each.level for each in warned)


def test_an_answer_to_a_post_that_did_not_match_stands_for_itself() -> None:
    posts = [post(0, NOON, "无关"), post(1, NOON + 1, "停电了吗", parent_external_id="p0")]
    trial = trial_of({"expression": "停电", "thresholds": {"heat": {"blue": 0.5}}})
    warned = list(replay_posts(posts, trial))
    assert [(each.subject, each.level, each.warned_at) for each in warned] == [
        ("story-1", WarningLevel.BLUE, NOON + 1)
    ]
    assert warned[0].reason == "The heat is 0.7 posts an hour; the level begins at 0.5."
    assert warned[0].evidence == ("p1",)


def test_a_repost_without_words_follows_what_it_repeats() -> None:
    posts = [post(0, NOON, OUTAGE)]
    posts += [
        post(number, NOON + number * 10, "转发微博", parent_external_id=f"p{number - 1}")
        for number in range(1, 120)
    ]
    warned = list(replay_posts(posts, trial_of({"expression": "停电"})))
    assert [each.subject for each in warned[:1]] == ["story-1"]
    assert list(replay_posts(posts[1:], trial_of({"expression": "停电"}))) == []


def test_two_trials_see_the_same_stories_and_judge_for_themselves() -> None:
    milder = trial_of({"expression": "停电", "thresholds": {"heat": {"blue": 10}, "outlook": 1}})
    other = trial_of({"expression": "停电 AND 物业", "thresholds": {"outlook": 1}})
    replay = Replay(milder, other)
    placed = [replay.add(post(n, NOON + n * 10, OUTAGE)) for n in range(200)]
    first = [
        next(n for n, each in enumerate(placed) if each is not None and each.warned[side])
        for side in (0, 1)
    ]
    assert first[0] < first[1]
    assert replay.title("story-1") == OUTAGE
    assert replay.add(post(999, NOON + 9_999, "无关")) is None


def test_a_watch_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ExpressionError):
        trial_of({"expression": "停电 AND"})
    with pytest.raises(ValueError, match="unknown thresholds: colour"):
        trial_of({"thresholds": {"colour": 1}})


def test_a_story_that_carries_a_surge_of_the_watch_is_warned_of_before_its_heat_says_so() -> None:
    usual = [
        post(
            number, NOON + number * 1_200, f"云州电力 日常话题 {number} {chr(0x4E00 + number * 7)}"
        )
        for number in range(5 * 72)
    ]
    began = usual[-1].at + 600
    burst = [post(1_000 + n, began + n * 60, f"云州电力 {OUTAGE} 第{n}户") for n in range(60)]
    far = {"blue": 1_000, "yellow": 2_000, "orange": 3_000, "red": 4_000}
    trial = trial_of(
        {"expression": "云州电力", "targets": ["云州电力"], "thresholds": {"heat": far}}
    )
    warned = list(replay_posts([*usual, *burst], trial))
    assert [each.level for each in warned] == [WarningLevel.BLUE]
    assert began < warned[0].warned_at <= began + HOUR
    assert warned[0].reasons[0].code == "surge"
    # In the first three days nobody knows what is usual.
    assert list(replay_posts([*usual[-100:], *burst], trial)) == []
