"""Sample answers of the monitoring room."""

import math
from datetime import datetime, timedelta
from typing import Any

from gateway.console.preview.sample import (
    INCIDENT,
    SAMPLE,
    STORY,
    WARNING,
    WATCH,
    ago,
    person,
    sample_id,
)

# The post of which somebody said that the model was wrong.
_LABELLED = 1
_HOLDER = {"watch_id": WATCH, "watch_name": SAMPLE["watches"][0]["name"], "sample": True}


def posts(now: datetime) -> list[dict[str, Any]]:
    """Posts, newest first."""
    return [
        _post(post, number, ago(now, 2 + 4 * number)) for number, post in enumerate(SAMPLE["posts"])
    ]


def _post(post: dict[str, Any], number: int, at: str) -> dict[str, Any]:
    label, confidence = post["sentiment"]
    model = {"label": label, "confidence": confidence, "unsure": confidence < 0.5}
    said = {"label": "neutral", "confidence": 1.0, "unsure": False, "by": person("legal")}
    return {
        "revision": 1,
        **post,
        "id": sample_id("0d", number),
        "external_id": f"sample-{number}",
        "url": f"https://example.org/sample/{number}",
        "region": "云州市东城区",
        "language": "zh",
        "published_at": at,
        "received_at": at,
        "story_ids": [STORY],
        "watch_ids": [WATCH],
        "opinion": {
            "sentiment": said | {"model": model} if number == _LABELLED else model,
            "emotion": {"label": post["emotion"], "confidence": 0.7, "unsure": False},
            "engine": "lexicon",
            "release": "lexicon-1",
            "revision": 1,
        },
    }


def stories(now: datetime) -> list[dict[str, Any]]:
    """Stories, the most urgent first."""
    return [_story(story, number, now) for number, story in enumerate(SAMPLE["stories"], start=1)]


def _story(story: dict[str, Any], number: int, now: datetime) -> dict[str, Any]:
    total = sum(story["sentiment"].values())
    share = story["sentiment"]["negative"] / total
    return {
        **story,
        **_HOLDER,
        "id": sample_id("0a", number),
        "first_post_at": ago(now, 62),
        "last_post_at": ago(now, 2),
        "posts": total,
        "warning_id": WARNING if number == 1 else None,
        "spread": len(story["platforms"]),
        "impact": 64.0,
        "negative_share": {"value": share, "low": share - 0.03, "high": share + 0.03},
    }


def volume(now: datetime) -> list[dict[str, Any]]:
    """Posts each 15 minutes of a day that ends with a surge."""
    newest = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return [_point(step, newest) for step in range(95, -1, -1)]


def _point(step: int, newest: datetime) -> dict[str, Any]:
    usual = 62 + 44 * math.sin((65 - step) / 96 * 6.28) + 9 * abs(math.sin(step * 7.1))
    many = round(usual + ((12 - step) ** 2.25 if step < 12 else 0))
    negative = round(many * (0.41 if step < 6 else 0.22))
    positive = round(many * 0.14)
    return {
        "at": (newest - timedelta(minutes=15 * step)).isoformat(),
        "posts": many,
        "negative": negative,
        "positive": positive,
        "neutral": many - negative - positive,
    }


def warnings(now: datetime) -> list[dict[str, Any]]:
    """Warnings, newest first."""
    return [
        {
            **warning,
            **_HOLDER,
            "id": sample_id("0b", number),
            "story_id": sample_id("0a", number),
            "title": SAMPLE["stories"][warning["story"]]["title"],
            "reasons": SAMPLE["reasons"],
            "post_count": sum(SAMPLE["stories"][warning["story"]]["sentiment"].values()),
            "first_post_at": ago(now, warning["ago"] + 15),
            "warned_at": ago(now, warning["ago"]),
            "raised_at": ago(now, warning["ago"]),
            "changed_at": ago(now, warning["ago"] - 12),
            "acknowledged_by": person("monitoring") if warning["state"] != "active" else None,
            "evidence": posts(now)[:3],
            "incident_id": INCIDENT if warning.get("incident") else None,
        }
        for number, warning in enumerate(SAMPLE["warnings"], start=1)
    ]


def watches() -> list[dict[str, Any]]:
    """What is watched."""
    return [
        {**watch, "id": sample_id("0c", number), "enabled": True, "sample": True}
        for number, watch in enumerate(SAMPLE["watches"], start=1)
    ]
