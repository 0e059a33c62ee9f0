"""Copies and platforms of the sample."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.console.preview.sample import INCIDENT, STATEMENT


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
        "title": story["title"],
        "began_at": (now - timedelta(days=40)).isoformat(),
        "closed_at": (now - timedelta(days=38)).isoformat(),
        "resurged_at": (now - timedelta(hours=2)).isoformat(),
        "sightings": 17,
        "elsewhere": ["forum"],
        "accounts_again": 3,
        "newest": [],
    }
    return {"items": [followed]}


def reactions(now: datetime) -> dict[str, Any]:
    """A statement after which fewer posts were negative."""

    def window(posts: int, share: float) -> dict[str, Any]:
        value = {"value": share, "low": share - 0.1, "high": share + 0.1}
        return {"posts": posts, "opinions": posts, "negative_share": value}

    changes = [
        {
            "hours": hours,
            "complete": hours < 24,
            "before": window(before, 0.71),
            "after": window(after, 0.38),
            "negative_change": {"value": -0.33, "low": -0.46, "high": -0.19},
            "volume_ratio": after / before,
        }
        for hours, before, after in ((1, 64, 82), (6, 210, 143), (24, 420, 190))
    ]
    statement = {
        "statement_id": STATEMENT,
        "channel": "weibo",
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
