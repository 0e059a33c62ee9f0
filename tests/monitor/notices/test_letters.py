"""What people read: first what, how bad, since when, and what is asked; then where to press."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.notices.letters import Letter, one_line, within
from services.monitor.notices.rendering import letter_of

NOW = datetime(2026, 11, 1, 19, 4, tzinfo=UTC)
LINK = "https://desk.example/acknowledge/" + "x" * 43


def warning(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "level": "orange",
        "level_zh": "橙色预警（II级）",
        "previous_level": None,
        "title": "城东变电站停电",
        "watch_name": "自有品牌",
        "reasons": [{"text": "Heat 180.", "text_zh": "热度 180。"}],
        "evidence": [{"platform": "weibo", "text": "停电了 https://evil.example/x"}],
        "post_count": 180,
        "first_post_at": (NOW - timedelta(minutes=97)).isoformat(),
        "url": "https://desk.example/warnings/1",
        "nature": {"text": "rumour", "text_zh": "疑似谣言", "ground": "words", "ground_zh": "用词"},
        "scope": None,
        "suggestions": [{"minutes": 30, "text": "Verify.", "text_zh": "核实。"}],
    }
    return {"type": "warning.raised", "timestamp": NOW.isoformat(), "data": data | changes}


def test_the_first_lines_say_what_since_when_and_what_to_do() -> None:
    message = warning() | {"asked": {"role": "on_duty", "minutes": 10.0}}
    said = letter_of(message, "zh-CN", acknowledge_url=LINK).text(titled=True).splitlines()
    assert said[:7] == [
        "橙色预警（II级）：城东变电站停电",
        "新预警：始于 11-02 01:27 UTC+08（1 小时 37 分钟前），180 帖",
        "性质：疑似谣言（用词）",
        "请您确认本预警。10 分钟内无人确认，将通知下一人。",
        "",
        f"点此确认，无需登录: {LINK}",
        "查看预警: https://desk.example/warnings/1",
    ]
    assert said[8:10] == ["初步处置建议", "- 30 分钟内：核实。"]


def test_a_rise_says_from_where_and_the_time_by_the_readers_clock() -> None:
    message = warning(previous_level="yellow", level="red") | {"type": "warning.rose"}
    lead = letter_of(message, "en", zone="Asia/Kolkata").lead
    assert lead[0] == (
        "Warning rose from yellow: since 11-01 22:57 UTC+05:30 (1 h 37 min ago), 180 posts"
    )


@pytest.mark.parametrize(
    ("marks", "mark"),
    [({"drill": True, "sample": True}, "【演练】"), ({"sample": True}, "【示例】"), ({}, "橙色")],
)
def test_what_is_not_real_says_so_before_all_else(marks: dict[str, bool], mark: str) -> None:
    assert letter_of(warning(**marks), "zh-CN").title.startswith(mark)


def test_no_address_in_a_post_becomes_a_link() -> None:
    letter = letter_of(warning(title="看 https://evil.example/y"), "en", acknowledge_url=LINK)
    for said in (letter.title, letter.text(), letter.markdown(), letter.html()):
        assert "://evil" not in said
    assert letter.html().count("<a ") == 2


def test_a_post_cannot_turn_our_line_round() -> None:
    assert one_line("a\u202eb\u2066c\nd", 80) == "abc d"


@given(st.text(), st.integers(min_value=3, max_value=400))
def test_what_is_cut_fits(text: str, limit: int) -> None:
    text = text.encode(errors="ignore").decode()
    cut = within(text, limit)
    assert len(cut.encode()) <= limit
    assert cut == text or cut.endswith("…")


@given(st.lists(st.text(max_size=300).map(lambda text: one_line(text, 280)), max_size=30))
def test_the_links_outlive_every_cut(lines: list[str]) -> None:
    lines = [line.encode(errors="ignore").decode() for line in lines]
    letter = Letter("标题" * 40, ["起" * 100], [("确认", LINK)], [("依据", lines)])
    said = letter.text(limit=2_048, titled=True)
    assert len(said.encode()) <= 2_048
    assert LINK in said
