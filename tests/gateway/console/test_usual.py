"""Whether today is usual for a watch: the page in each of its states."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.console.preview.sample import WATCH
from gateway.console.views.hours import surges_of, week_of

PAGE = f"/settings/watches/{WATCH}/usual"
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
NORMAL = {"expected": 5.0, "low": 2.0, "high": 9.0}


def hour(ago: int, mentions: int, normal=NORMAL):
    at = NOW.replace(minute=0) - timedelta(hours=ago)
    return {"at": at.isoformat(), "mentions": mentions, "normal": normal}


def learning(**changes):
    return {
        "standing": "learning",
        "mentions_24h": 0,
        "normal_24h": None,
        "history_hours": 0,
        "items": [],
    } | changes


async def test_a_surge_is_marked_and_leads_to_its_story(visit):
    html = await visit().see(PAGE)
    assert "高于平常" in html
    assert html.count('class="surge"') == 2
    assert "随其扩大告知 2 次" in html
    assert "事由众多" in html


async def test_a_fresh_watch_says_when_it_will_know(visit):
    browser = visit()
    browser.answers(f"GET /watches/{WATCH}/hours", 200, learning())
    browser.answers(f"GET /watches/{WATCH}/surges", 200, {"items": []})
    html = await browser.see(PAGE)
    assert "仍在学习" in html
    assert "这几天没有命中" in html
    assert "至今没有突增" in html


async def test_while_it_learns_bars_are_drawn_without_a_band(visit):
    browser = visit()
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    items = [
        {"at": (now - timedelta(hours=ago)).isoformat(), "mentions": 4, "normal": None}
        for ago in (3, 2, 1)
    ]
    browser.answers(
        f"GET /watches/{WATCH}/hours", 200, learning(items=items, history_hours=3, mentions_24h=12)
    )
    html = await browser.see(PAGE)
    assert 'class="came"' in html
    assert 'class="band"' not in html
    assert "三天后画出平常范围" in html


async def test_what_does_not_answer_is_said(visit):
    browser = visit()
    trouble = {"type": "/problems/unavailable", "title": "Unavailable", "status": 503}
    browser.answers(f"GET /watches/{WATCH}/hours", 503, trouble)
    browser.answers(f"GET /watches/{WATCH}/surges", 503, trouble)
    html = await browser.see(PAGE)
    assert html.count('class="trouble"') == 2
    assert 'class="week"' not in html


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York"])
def test_a_week_begins_at_the_visitors_midnight_and_leaves_older_hours_out(zone):
    hours = [hour(ago, 3) for ago in range(200, 0, -1)]
    week = week_of(hours, [], NOW, ZoneInfo(zone))
    local = NOW.astimezone(ZoneInfo(zone))
    assert [day.date() for day in week.days][-1] == local.date()
    assert len(week.days) == 7
    assert week.usual.count("M") in range(6 * 24, 7 * 24)
    assert week.above == ""


def test_hours_beyond_the_band_are_drawn_apart_and_set_the_scale():
    week = week_of([hour(3, 4), hour(2, 60), hour(1, 0)], [], NOW, UTC)
    assert (week.usual.count("M"), week.above.count("M")) == (1, 1)
    assert week.top == 60
    assert week.highest["mentions"] == 60


def test_without_mentions_there_is_no_chart():
    assert week_of([], [], NOW, UTC) is None
    assert week_of([hour(400, 4)], [], NOW, UTC) is None


def test_alarms_of_one_surge_are_one_and_later_ones_another():
    def alarm(minutes, evidence):
        at = (NOW - timedelta(minutes=minutes)).isoformat()
        return {"at": at, "evidence": evidence}

    grown, early = surges_of([alarm(10, 2.6), alarm(60, 4.0), alarm(120, 2.5), alarm(600, 3.0)])
    assert (grown.told, grown.strongest["evidence"]) == (3, 4.0)
    assert grown.began == alarm(120, 0)["at"]
    assert (early.told, early.strongest["evidence"]) == (1, 3.0)
