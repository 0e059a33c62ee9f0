"""Sample answers about sources."""

from datetime import datetime
from typing import Any

from gateway.console.preview.sample import ago, sample_id

SOURCE, SILENT, FAILING = (sample_id("4a", number) for number in (1, 2, 3))
_SETTINGS = {
    "type": "object",
    "properties": {
        "full_text": {"type": "boolean", "default": False, "title": "Full text"},
    },
}


def kinds() -> list[dict[str, Any]]:
    """A feed, and one that signs in."""
    feed = {
        "kind": "rss",
        "title": "Feed",
        "hint": "RSS, Atom or JSON Feed, of the site itself or of a bridge such as RSSHub",
        "platform": "rss",
        "address": None,
        "pushed": False,
        "robots": True,
        "every_minutes": 5,
        "settings": _SETTINGS,
        "credentials": None,
        "credentials_needed": False,
    }
    words = {"type": "array", "items": {"type": "string"}, "title": "Words"}
    search = {
        "kind": "bluesky_search",
        "title": "Bluesky search",
        "hint": "Posts on Bluesky that hold words",
        "platform": "bluesky",
        "address": "https://bsky.social",
        "robots": False,
        "settings": {"type": "object", "properties": {"words": words}, "required": ["words"]},
        "credentials": {"type": "object", "properties": {"password": {"type": "string"}}},
    }
    return [feed, feed | search]


def bridges() -> list[dict[str, Any]]:
    """A preset."""
    keyword = {"name": "keyword", "title": {"zh": "关键词", "en": "Keyword"}, "example": "云州供电"}
    return [
        {
            "name": "weibo_keyword",
            "program": "RSSHub",
            "platform": "weibo",
            "title": {"zh": "微博关键词", "en": "Weibo: a keyword"},
            "hint": {"zh": "含这个词的新微博。", "en": "New posts that hold the word."},
            "path": "/weibo/keyword/{keyword}",
            "parameters": [keyword | {"pattern": None}],
        }
    ]


def sources(now: datetime) -> list[dict[str, Any]]:
    """One that does well, one that fell silent, one that cannot be read."""
    health = {
        "next_at": ago(now, -3),
        "paused_until": None,
        "last_attempt_at": ago(now, 2),
        "last_success_at": ago(now, 2),
        "last_error": None,
        "failures": 0,
        "last_entries": 30,
        "last_accepted": 2,
        "last_skipped": 0,
        "posts": 4_212,
        "last_new_at": ago(now, 4),
        "alarm": None,
        "alarm_since": None,
    }
    fine = {
        "id": SOURCE,
        "name": "云州日报（示例）",
        "kind": "rss",
        "url": "https://news.example.org/feed.xml",
        "platform": "news",
        "settings": {"full_text": True},
        "has_credentials": False,
        "robots_reason": None,
        "every_minutes": 5,
        "enabled": True,
        "sample": True,
        "version": 1,
        "changed_at": ago(now, 90_000),
        "state": "ok",
        "health": health,
    }
    silent = fine | {
        "id": SILENT,
        "name": "云州论坛 · 民生版（示例）",
        "platform": "forum",
        "state": "silent",
        "health": health
        | {"alarm": "silent", "alarm_since": ago(now, 560), "last_new_at": ago(now, 560)},
    }
    failing = fine | {
        "id": FAILING,
        "name": "云州微博转换（示例）",
        "platform": "weibo",
        "state": "failing",
        "health": health
        | {"failures": 3, "last_error": "The site answered 503 Service Unavailable."},
    }
    return [fine, silent, failing]


def statistics(now: datetime) -> dict[str, Any]:
    """Of four weeks."""
    posts = [40 + (day * 7) % 13 - (25 if day % 7 > 4 else 0) for day in range(28)]
    days = [
        {"day": ago(now, (27 - day) * 1440)[:10], "posts": many, "known": 9, "readings": 288}
        | {"failures": 0}
        for day, many in enumerate(posts)
    ]
    return {
        "source_id": SOURCE,
        "days": days,
        "posts_a_day": sum(posts) / len(posts),
        "sampled": 1000,
        "mentions_share": 0.12,
        "copies_share": 0.31,
        "lag": {"median": 190.0, "p90": 840.0},
        "first_reports": 3,
        "usual": {
            "rates": [sum(posts) / 672] * 168,
            "dispersion": 1.8,
            "longest_gap": 9,
            "hours": 672,
            "posts": sum(posts),
            "learned_at": ago(now, 300),
        },
        "alarms": [
            {
                "cause": "silent",
                "since": ago(now, 9_000),
                "began_at": ago(now, 8_400),
                "ended_at": ago(now, 8_100),
                "reason": "It has brought nothing new for 10 h.",
                "reason_zh": "已 10 小时没有新内容。",
            }
        ],
    }


def coverage(now: datetime) -> list[dict[str, Any]]:
    """Three platforms."""
    row = {"sources": 1, "ok": 0, "failing": 0, "silent": 0, "disabled": 0}
    fresh = {"last_post_at": ago(now, 4), "stalest_at": ago(now, 2)}
    return [
        row | {"platform": "forum", "silent": 1, "posts_24h": 3, "usual_24h": 61.0} | fresh,
        row | {"platform": "news", "ok": 1, "posts_24h": 44, "usual_24h": 41.5} | fresh,
        row | {"platform": "weibo", "failing": 1, "posts_24h": 12, "usual_24h": None} | fresh,
    ]


def answers(now: datetime) -> dict[str, Any]:
    """By address."""
    found = sources(now)
    posts = [day["posts"] for day in statistics(now)["days"]][-14:]
    return {
        "/sources": {"items": found, "next_cursor": None},
        "/sources/kinds": {"items": kinds()},
        "/sources/bridges": {"items": bridges(), "rsshub_url": None},
        "/sources/coverage": {"items": coverage(now)},
        "/sources/volumes": {
            "days": 14,
            "items": [{"source_id": source["id"], "posts": posts} for source in found],
        },
        **{f"/sources/{source['id']}": source for source in found},
        **{f"/sources/{source['id']}/statistics": statistics(now) for source in found},
    }
