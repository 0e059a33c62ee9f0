"""Reasons are sentences with figures, in English and Chinese."""

import pytest

from services.monitor.warnings.causes import Cause, Indicator
from services.monitor.warnings.reasons import reason

LIKELY = {"posts": 142, "authors": 120, "seconds": 2_400, "size": 200}
SURGING = {"count": 87, "expected": 4.2, "seconds": 2_700}


@pytest.mark.parametrize(
    ("cause", "english", "chinese"),
    [
        (
            Cause(Indicator.HEAT, 63.4, 40),
            "The heat is 63 posts an hour; the level begins at 40.",
            "热度为每小时 63 条，达到本级阈值 40 条。",
        ),
        (
            Cause(Indicator.HEAT, 3.25, 1_000),
            "The heat is 3.2 posts an hour, below the 1,000 of the level.",
            "热度为每小时 3.2 条，低于本级阈值 1,000 条。",
        ),
        (
            Cause(Indicator.OUTLOOK, 0.927, 0.91, LIKELY),
            "142 posts in 40 minutes from 120 people; of 100 past events that came to look like "
            "this, 93 grew past 200 posts within a day (91 are enough).",
            "40 分钟内 142 条、120 人参与；历史上走势相同的 100 起事件中有 93 起"
            "在一天内超过 200 条，达到 91 起即预警。",
        ),
        (
            Cause(Indicator.OUTLOOK, 1.0, 0.91, LIKELY | {"seconds": 3 * 3_600}),
            "142 posts in 3 hours from 120 people; of 100 past events that came to look like "
            "this, 99 grew past 200 posts within a day (91 are enough).",
            "3 小时内 142 条、120 人参与；历史上走势相同的 100 起事件中有 99 起"
            "在一天内超过 200 条，达到 91 起即预警。",
        ),
        (
            Cause(Indicator.SIZE, 214, 200, LIKELY | {"seconds": 36_000}),
            "214 posts in 10 hours from 120 people; what grows past 200 within a day is large.",
            "10 小时内 214 条、120 人参与；一天内超过 200 条即为规模较大的话题。",
        ),
        (
            Cause(Indicator.SURGE, 3.12, 2.5, SURGING),
            "In 45 minutes the watch was mentioned 87 times, where 4.2 are usual at this hour and "
            "weekday, and this story is most of it (evidence 3.1, 2.5 are enough).",
            "45 分钟内监测方案命中 87 条，该时段通常为 4.2 条，主要来自本话题"
            "（证据强度 3.1，达到 2.5 即预警）。",
        ),
        (
            Cause(Indicator.NEGATIVE_SHARE, 0.614, 0.5),
            "At least 61% of the opinions are negative; 50% lowers the thresholds.",
            "负面占比不低于 61%，达到 50% 即下调阈值。",
        ),
        (
            Cause(Indicator.SPEED, 8, 5),
            "It spreads 8 times as fast as in the hours before; 5 times lowers the thresholds.",
            "传播速度为此前数小时的 8 倍，达到 5 倍即下调阈值。",
        ),
        (
            Cause(Indicator.VOICE, 2_340_000, 1_000_000),
            "An account with 2,340,000 followers spoke; 1,000,000 lower the thresholds.",
            "有粉丝数 234 万 的账号参与发声，达到 100 万 即下调阈值。",
        ),
    ],
)
def test_every_cause_is_told_in_words_and_figures(cause: Cause, english: str, chinese: str) -> None:
    told = reason(cause)
    assert (told.text, told.text_zh) == (english, chinese)
    assert (told.code, told.value, told.threshold) == (
        cause.indicator,
        cause.value,
        cause.threshold,
    )


@pytest.mark.parametrize("indicator", Indicator)
def test_every_indicator_has_words_above_and_below_its_threshold(indicator: Indicator) -> None:
    above, below = (reason(Cause(indicator, value, 1, LIKELY | SURGING)) for value in (2, 0.5))
    assert above.text != below.text
    assert above.text_zh != below.text_zh
    assert "{" not in above.text + above.text_zh + below.text + below.text_zh
