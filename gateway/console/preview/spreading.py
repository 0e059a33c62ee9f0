"""Copies and platforms of the sample."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any


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
