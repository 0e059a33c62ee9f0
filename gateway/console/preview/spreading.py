"""Copies and platforms of the sample."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.console.preview.sample import INCIDENT, STATEMENT, person, sample_id


def copies(posts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of the first post, the second is a copy; the others have none."""
    found: dict[str, Any] = {}
    for number, post in enumerate(posts):
        copied = [_copy(posts[1])] if number == 0 and len(posts) > 1 else []
        platforms = [
            {"platform": copy["platform"], "copies": 1, "first_at": copy["published_at"]}
            for copy in copied
        ]
        found[f"/posts/{post['id']}/copies"] = {
            "items": copied,
            "next_cursor": None,
            "original_id": post["id"],
            "total": len(copied),
            "platforms": platforms,
        }
        found[f"/posts/{post['id']}/copy-judgements"] = []
    return found


def spread(now: datetime) -> dict[str, Any]:
    """A story on two platforms."""
    return {
        "platforms": [
            {
                "platform": platform,
                "posts": posts,
                "copies": copied,
                "answers": answers,
                "first_at": (now - timedelta(hours=hours)).isoformat(),
                "carriers": [{"author": author, "posts": 2, "followers": 1_200}],
            }
            for platform, posts, copied, answers, hours, author in (
                ("weibo", 41, 12, 30, 5, "云州晚报_示例"),
                ("forum", 6, 3, 0, 3, "城东住户_示例"),
            )
        ]
    }


def follow_ups(story: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An earlier incident of a story, of which the matter came back."""
    followed = {
        "incident_id": INCIDENT,
        "story_id": story["id"],
        "stories": [story["id"]],
        "title": story["title"],
        "began_at": (now - timedelta(days=40)).isoformat(),
        "until": (now + timedelta(days=690)).isoformat(),
        "ended_at": None,
        "ended_by": None,
        "ended_reason": None,
        "closed_at": (now - timedelta(days=38)).isoformat(),
        "resurged_at": (now - timedelta(hours=2)).isoformat(),
        "sightings": 17,
        "elsewhere": ["forum"],
        "accounts_again": 3,
        "newest": [
            {
                "post_id": sample_id("0d", number + 1),
                "story_id": story["id"],
                "manner": manner,
                "platform": platform,
                "elsewhere": platform == "forum",
                "account": "5f" * 16 if manner == "story" else None,
                "seen_at": (now - timedelta(hours=2, minutes=number * 7)).isoformat(),
            }
            for number, (manner, platform) in enumerate(
                (("copy", "forum"), ("story", "weibo"), ("link", "weibo"), ("hashtag", "weibo"))
            )
        ],
    }
    return {"items": [followed]}


def subjects(story_id: str, warning_id: str) -> dict[str, Any]:
    """What the sample incident is about."""
    refs = [
        ("warning", warning_id),
        ("story", story_id),
        ("link", "https://news.example/2026/outage-east"),
    ]
    return {
        "items": [
            {
                "id": sample_id("5b", number),
                "kind": kind,
                "ref": ref,
                "now_ref": ref,
                "added_by": person("monitoring"),
                "added_at": "2026-11-01T13:04:00Z",
            }
            for number, (kind, ref) in enumerate(refs)
        ]
    }


def reactions(now: datetime) -> dict[str, Any]:
    """A statement after which fewer posts were negative."""

    def window(posts: int, share: float) -> dict[str, Any]:
        value = {"value": share, "low": share - 0.1, "high": share + 0.1}
        return {
            "posts": posts,
            "opinions": posts,
            "negative": round(posts * share),
            "negative_share": value,
        }

    changes = [
        {
            "hours": hours,
            "complete": hours < 24,
            "before": window(before, 0.71),
            "after": window(after, 0.38),
            "negative_change": {"value": -0.33, "low": -0.46, "high": -0.19},
            "volume_ratio": after / before,
            "reaction": reaction,
            "text": "…",
            "text_zh": "…",
            "others": 1 if hours == 24 else 0,
        }
        for hours, before, after, reaction in (
            (1, 64, 8, "too_few"),
            (6, 210, 143, "no_difference"),
            (24, 420, 190, "fell"),
        )
    ]
    statement = {
        "statement_id": STATEMENT,
        "channels": ["console", "weibo"],
        "withdrawn_at": None,
        "title": "关于城东停电的情况说明",
        "incident_id": INCIDENT,
        "published_at": (now - timedelta(hours=9)).isoformat(),
        "changes": changes,
    }
    return {"items": [statement]}


def _copy(post: dict[str, Any]) -> dict[str, Any]:
    return {
        "post_id": post["id"],
        "kind": "near",
        "similarity": 0.97,
        "platform": post["platform"],
        "author": post.get("author"),
        "author_followers": None,
        "url": None,
        "text": post["text"],
        "published_at": post["published_at"],
        "separated": False,
    }
