"""Sample answers about thresholds: tried on past posts, and in shadow."""

from datetime import datetime
from typing import Any

from gateway.console.preview.sample import SAMPLE, STORY, WARNING, WATCH, ago, person, sample_id

BACKTEST, RUNNING, SHADOW = (sample_id("4a", number) for number in (1, 2, 3))
_LIVE = {"heat": {"blue": 60}}
_DRAFT = {"heat": {"blue": 30}, "outlook": 0.9}


def watch() -> dict[str, Any]:
    """The watch whose thresholds they are."""
    return {
        **SAMPLE["watches"][0],
        "id": WATCH,
        "exclusions": [],
        "filters": None,
        "targets": [],
        "thresholds": _LIVE,
        "enabled": True,
        "sample": True,
        "version": 3,
        "changed_at": "2026-01-01T00:00:00Z",
    }


def _side(stories: int, alerts: int, matched: int, lead: float) -> dict[str, Any]:
    return {
        "matched": matched,
        "stories": stories,
        "alerts": alerts,
        "alerts_a_week": alerts / 2,
        "levels": {"blue": stories - 1, "orange": 1},
        "median_lead_minutes": lead,
    }


def _warned(now: datetime, minutes: float, level: str, lead: float) -> dict[str, Any]:
    return {
        "warned_at": ago(now, minutes),
        "level": "blue",
        "highest_level": level,
        "lead_minutes": lead,
        "before_stored_minutes": lead - 40,
        "reasons": [
            {
                "code": "outlook",
                "value": 0.93,
                "threshold": 0.9,
                "unit": "share",
                "text": "64 posts in 25 minutes from 58 people; of 100 past events that came to "
                "look like this, 93 grew past 200 posts within a day (90 are enough).",
                "text_zh": "25 分钟内 64 条、58 人参与；历史上走势相同的 100 起事件中有 93 起"
                "在一天内超过 200 条，达到 90 起即预警。",
            }
        ],
    }


def _story(now: datetime, number: int, change: str, days: float) -> dict[str, Any]:
    at = days * 1_440
    present = None if change == "new" else _warned(now, at, "orange" if number == 1 else "blue", 40)
    draft = None if change == "lost" else _warned(now, at + 22, "orange", 62)
    stored = {"id": WARNING, "peak_level": "orange", "raised_at": ago(now, at)}
    return {
        "title": SAMPLE["stories"][(number - 1) % len(SAMPLE["stories"])]["title"],
        "first_post_at": ago(now, at + 60),
        "peak_at": ago(now, at - 40),
        "peak_heat": 180.5 / number,
        "posts": 900 // number,
        "change": change,
        "stored_story_id": STORY if number == 1 else None,
        "stored_warning": stored if present else None,
        "present": present,
        "draft": draft,
    }


def backtest(now: datetime, **changes: Any) -> dict[str, Any]:
    """A back-test that is done."""
    stories = [
        _story(now, number, change, days)
        for number, (change, days) in enumerate(
            (("earlier", 2), ("new", 5), ("same", 8), ("lost", 11)), 1
        )
    ]
    return {
        "id": BACKTEST,
        "watch_id": WATCH,
        "shadow_id": None,
        "name": SAMPLE["watches"][0]["name"],
        "present": {"thresholds": _LIVE},
        "draft": {"thresholds": _DRAFT},
        "since": ago(now, 14 * 1_440),
        "until": ago(now, 5),
        "status": "done",
        "progress": 1.0,
        "posts": 48_210,
        "result": {
            "posts": 48_210,
            "weeks": 2.0,
            "present": _side(3, 5, 3_120, 40),
            "draft": _side(3, 7, 3_120, 62),
            "changes": {"new": 1, "lost": 1, "earlier": 1, "later": 0, "same": 1},
            "stories": stories,
        },
        "error": None,
        "created_by": person("leader"),
        "created_at": ago(now, 5),
        "finished_at": ago(now, 4),
    } | changes


def replies(now: datetime) -> dict[str, Any]:
    """All answers about thresholds, by address."""
    done = backtest(now)
    running = backtest(
        now, id=RUNNING, status="running", progress=0.4, result=None, finished_at=None
    )
    shadow = {
        "id": SHADOW,
        "watch_id": WATCH,
        "expression": None,
        "thresholds": _DRAFT,
        "started_by": person("leader"),
        "started_at": ago(now, 4_000),
        "outcome": None,
        "ended_by": None,
        "ended_at": None,
        "comparison": done,
    }
    dropped = shadow | {
        "id": sample_id("4a", 4),
        "outcome": "dropped",
        "ended_by": person("leader"),
        "ended_at": ago(now, 9_000),
        "comparison": None,
    }
    return {
        f"/watches/{WATCH}/shadows": {"items": [shadow, dropped], "next_cursor": None},
        "/watches/backtests": {"items": [running, done], "next_cursor": None},
        f"/watches/backtests/{BACKTEST}": done,
        f"/watches/backtests/{RUNNING}": running,
    }
