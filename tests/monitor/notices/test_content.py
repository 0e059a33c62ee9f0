"""What a notice says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.monitor.notices.content import message_of, rises
from services.monitor.notices.scope import Scope
from shared.contracts.levels import WarningLevel
from shared.contracts.warnings import EvidencePost, Reason, WarningLevelChanged, WarningRaised
from shared.ids import new_id

NOW = datetime(2026, 11, 1, 21, 4, tzinfo=UTC)


def facts(level: WarningLevel) -> dict[str, Any]:
    return {
        "warning_id": new_id(),
        "story_id": new_id(),
        "watch_id": new_id(),
        "watch_name": "Own brand",
        "title": "变电站爆炸？",
        "level": level,
        "reasons": (
            Reason(
                code="heat",
                value=180,
                threshold=150,
                unit="posts/h",
                text="180 posts in the last hour",
                text_zh="近一小时180帖",
            ),
        ),
        "post_count": 180,
        "first_post_at": NOW,
        "warned_at": NOW,
    }


def changed(previous: WarningLevel, level: WarningLevel) -> WarningLevelChanged:
    return WarningLevelChanged(**facts(level), previous_level=previous)


def test_people_are_told_of_what_is_new_and_of_what_rises() -> None:
    assert rises(WarningRaised(**facts(WarningLevel.BLUE)))
    assert rises(changed(WarningLevel.YELLOW, WarningLevel.RED))
    assert not rises(changed(WarningLevel.RED, WarningLevel.ORANGE))
    assert not rises(changed(WarningLevel.RED, WarningLevel.RED))


def test_a_message_says_it_all_in_two_languages() -> None:
    post = EvidencePost(
        id=new_id(), platform="weibo", text="停电了", url="https://w.example/1", published_at=NOW
    )
    event = WarningRaised(**facts(WarningLevel.ORANGE), evidence=(post,))
    message = message_of(event, occurred_at=NOW, public_url="https://desk.example/")
    assert message["type"] == "warning.raised"
    assert message["timestamp"] == "2026-11-01T21:04:00+00:00"
    data = message["data"]
    assert data["level"] == "orange"
    assert data["text"] == "Orange warning: 变电站爆炸？. 180 posts in the last hour"
    assert data["text_zh"] == "橙色预警（II级）：变电站爆炸？。近一小时180帖"
    assert data["reasons"][0]["value"] == 180
    assert data["evidence"][0]["url"] == "https://w.example/1"
    assert data["url"] == f"https://desk.example/warnings/{event.warning_id}"
    assert data["previous_level"] is None


def test_a_rise_says_from_where() -> None:
    event = changed(WarningLevel.YELLOW, WarningLevel.RED)
    message = message_of(event, occurred_at=NOW, public_url="https://desk.example")
    assert message["type"] == "warning.rose"
    assert message["data"]["previous_level"] == "yellow"


@pytest.mark.parametrize("level", WarningLevel)
def test_every_level_has_words(level: WarningLevel) -> None:
    event = WarningRaised(**facts(level))
    message = message_of(event, occurred_at=NOW, public_url="https://desk.example")
    assert "预警" in message["data"]["level_zh"]


def test_a_notice_names_nature_scope_and_first_steps() -> None:
    posts = tuple(
        EvidencePost(id=new_id(), platform="weibo", text=text, published_at=NOW)
        for text in ("网传变电站爆炸，是真的吗", "听说炸了，求证", "停电了")
    )
    event = WarningRaised(**facts(WarningLevel.ORANGE), evidence=posts)
    scope = Scope(180, 40, (("weibo", 150),), (("云州", 90),), 120, 1_000_000, 4.5)
    data = message_of(event, occurred_at=NOW, public_url="https://desk.example", scope=scope)[
        "data"
    ]
    assert data["nature"]["code"] == "rumour"
    assert data["nature"]["ground"] == "by the words of 2 of 3 evidence posts"
    assert data["scope"]["platforms"] == [{"name": "weibo", "posts": 150}]
    assert data["scope"]["reach"] == 1_000_000
    steps = data["suggestions"]
    assert [step["minutes"] for step in steps] == sorted(step["minutes"] for step in steps)
    assert any("Verify the facts" in step["text"] for step in steps)
    assert all(step["text_zh"] for step in steps)
