"""Sample answers about watches: what they found, what they would find, what may come."""

import math
from datetime import datetime, timedelta
from typing import Any

from gateway.console.preview import opinion
from gateway.console.preview.sample import ago

_WORD = "停电"


def replies(now: datetime) -> dict[str, Any]:
    """What reading the watches answers, by address."""
    found: dict[str, Any] = {
        "/watches/aliases": {"items": [_ALIAS], "next_cursor": None},
        "/watches/templates": {"items": [_TEMPLATES]},
    }
    for watch in opinion.watches():
        path = f"/watches/{watch['id']}"
        found[path] = watch
        found[f"{path}/indicators"] = history(now)
        found[f"{path}/hours"] = hours(now)
        found[f"{path}/surges"] = {"items": surges(now), "next_cursor": None}
        found[f"{path}/versions"] = {"items": _versions(watch, now), "next_cursor": None}
        found[f"{path}/mentions"] = {"items": _mentions(now), "next_cursor": None}
    return found


def trials(now: datetime) -> dict[str, Any]:
    """What trying a watch answers."""
    hits = _mentions(now)
    text = hits[0]["text"]
    clause = {"says": _WORD, "kind": "term", "holds": True, "spans": [], "operands": []}
    return {
        "/watches/explain": {
            "matches": True,
            "clause": clause,
            "highlights": [],
            "title": "",
            "text": text,
        },
        "/watches/lint": {"savable": True, "findings": [_FINDING]},
        "/watches/templates/power/fill": {"items": [_DRAFT]},
        "/watches/preview": {
            "examined": 2_000,
            "matched": 31,
            "hit_rate": 0.0155,
            "platforms": [{"platform": "weibo", "examined": 1_200, "matched": 31}],
            "days": [{"day": now.date().isoformat(), "examined": 2_000, "matched": 31}],
            "compared": {"matched": 28, "new": 4, "lost": 1},
            "per_day": 12.4,
            "clauses_counted": 34,
            "clauses": _CLAUSES,
            "items": hits[:2],
            "lost_items": [],
            "near_items": [hits[2] | {"taken_away_by": ["演习"]}],
        },
    }


def history(now: datetime) -> dict[str, Any]:
    """A day that ends with a surge, and the six hours after it."""
    points = opinion.volume(now)
    whole = {"platforms": 4, "sources": 9, "regions": 3, "authors": 812, "impact": 61.0}
    return {
        "resolution": "quarter",
        "minutes": 15,
        "points": points,
        "whole": whole,
        "trend": "rising",
        "forecast": [
            {
                "at": (now + timedelta(hours=ahead)).isoformat(),
                "expected": 900.0 - 90 * ahead,
                "low": 500 - 70 * ahead,
                "high": 1_400 + 60 * ahead,
            }
            for ahead in range(6)
        ],
    }


def hours(now: datetime) -> dict[str, Any]:
    """A week with quiet nights that ends with a surge, learned for six weeks."""
    until = now.replace(minute=0, second=0, microsecond=0)
    items = []
    for ago_hours in range(8 * 24, 0, -1):
        at = until - timedelta(hours=ago_hours)
        expected = 14 + 12 * math.sin((at.hour - 2) / 24 * 2 * math.pi)
        mentions = round(expected * (0.7 + 0.6 * (ago_hours * 37 % 101) / 100))
        items.append(
            {
                "at": at.isoformat(),
                "mentions": mentions + (round(260 / ago_hours) if ago_hours < 6 else 0),
                "normal": {
                    "expected": expected,
                    "low": max(0, round(expected - 1.7 * expected**0.5)),
                    "high": round(expected + 1.9 * expected**0.5),
                },
            }
        )
    return {
        "standing": "above",
        "mentions_24h": sum(item["mentions"] for item in items[-24:]),
        "normal_24h": {"expected": 336.0, "low": 290, "high": 391},
        "history_hours": 1_020,
        "items": items,
    }


def surges(now: datetime) -> list[dict[str, Any]]:
    """One that grew, and one of many matters four days before."""
    told = {"seconds": 2_700.0, "count": 141.0, "expected": 17.4, "evidence": 4.2}
    story = opinion.stories(now)[0]
    carried = {"story_id": story["id"], "story_title": story["title"], "story_count": 118}
    nobody = {"story_id": None, "story_title": None, "story_count": None}
    return [
        told | carried | {"at": ago(now, 70)},
        told | carried | {"at": ago(now, 110), "evidence": 2.9, "count": 61.0},
        told | nobody | {"at": ago(now, 4 * 1_440), "count": 48.0, "evidence": 2.6},
    ]


def _versions(watch: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Two changes of a watch, and what it was at first."""
    settings = {"expression": watch["expression"], "exclusions": [], "thresholds": None}
    told = {"restored": None, "changed_by": {"id": "lin", "name": "林主任 Lin", "kind": "person"}}
    version = watch["version"]
    return [
        told
        | {
            "version": version,
            "settings": settings,
            "changes": ["expression", "thresholds"],
            "changed_at": ago(now, 90),
        },
        told
        | {
            "version": version - 1,
            "settings": settings | {"expression": _WORD, "exclusions": ["演习"]},
            "changes": [],
            "changed_by": None,
            "changed_at": ago(now, 9_000),
        },
    ]


_CLAUSES = [
    {"says": _WORD, "role": "asks", "pointer": "/expression", "matched": 27, "alone": 24},
    {"says": "跳闸", "role": "asks", "pointer": "/expression", "matched": 0, "alone": 0},
    {"says": "演习", "role": "excludes", "pointer": "/expression", "matched": 3, "alone": 3},
]
_DRAFT = {
    "template": "outage",
    "name": "云州电力: 停电与恢复",
    "expression": "云州电力 AND (停电 OR 断电 OR 跳闸)",
    "exclusions": ["演练"],
    "targets": ["云州电力"],
}
_TEMPLATES = {
    "sector": "power",
    "name_en": "Power company",
    "name_zh": "电力与公用事业",
    "watches": [
        {
            "code": "outage",
            "name_en": "Outages",
            "name_zh": "停电与恢复",
            "words": ["停电", "断电", "跳闸"],
        }
    ],
    "exclusions": ["演练"],
}
_ALIAS = {
    "id": "0193a000-0000-7000-8000-00000000a001",
    "name": "云州电力",
    "spellings": ["云电", "Yunzhou Power"],
    "version": 2,
}
_FINDING = {
    "code": "contained",
    "severity": "warning",
    "message": "“大停电” is never needed: whatever has it has “停电” as well.",
    "pointer": "/expression",
    "position": 6,
    "values": {"term": "大停电", "other": _WORD},
}


def _mentions(now: datetime) -> list[dict[str, Any]]:
    items = []
    for post in opinion.posts(now):
        at = post["text"].find(_WORD)
        spans = [{"part": "text", "start": at, "end": at + len(_WORD)}] if at >= 0 else []
        items.append(
            {
                "post_id": post["id"],
                "story_id": (post.get("story_ids") or [None])[0],
                "platform": post["platform"],
                "title": post.get("title"),
                "text": post["text"],
                "published_at": post["published_at"],
                "terms": [_WORD] if spans else [],
                "highlights": spans,
            }
        )
    return items
