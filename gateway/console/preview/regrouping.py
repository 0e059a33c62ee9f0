"""Sample answers about stories that may be one, and about what was merged and split."""

from datetime import datetime
from typing import Any

from gateway.console.preview.sample import ago, person, sample_id


def alike(stories: list[dict[str, Any]], story: dict[str, Any]) -> list[dict[str, Any]]:
    """The story after this one, as one that may be the same matter."""
    others = [other for other in stories if other["id"] != story["id"]][:1]
    return [
        {
            "story_id": other["id"],
            "title": other["title"],
            "posts": other["posts"],
            "last_post_at": other["last_post_at"],
            "likeness": 0.14,
            "words": ["变电站", "来电", "抢修"],
            "hours_apart": 0.4,
            "reason": "Both speak of 变电站, 来电, 抢修; their words are 14 % alike; "
            "their newest posts are 0.4 h apart.",
            "reason_zh": "都提到变电站、来电、抢修；用词相似度 14%；最新帖文相隔 0.4 小时。",
        }
        for other in others
    ]


def pieces(posts: list[dict[str, Any]]) -> dict[str, Any]:
    """Two posts of the story that may be another matter."""
    chosen = posts[:2]
    examples = [
        {
            "post_id": post["id"],
            "platform": post["platform"],
            "text": post["text"],
            "published_at": post["published_at"],
        }
        for post in chosen
    ]
    piece = {
        "posts": 6,
        "along": 4,
        "words": ["阶梯电价", "听证会", "峰谷时段"],
        "examples": examples,
        "post_ids": [post["id"] for post in chosen],
    }
    return {"items": [piece], "read": 41, "stay": 31}


def changes(
    stories: list[dict[str, Any]], story: dict[str, Any], now: datetime
) -> list[dict[str, Any]]:
    """A merge that stands, made by the system, and a split that was taken back."""
    merged = {
        "id": sample_id("0e", 1),
        "kind": "merged",
        "story_id": story["id"],
        "other_id": stories[-1]["id"],
        "story_title": story["title"],
        "other_title": stories[-1]["title"],
        "posts": 14,
        "reason": "都提到电梯、困人；用词相似度 21%；最新帖文相隔 0.2 小时。",
        "grounds": {"likeness": 0.21},
        "made_by": {"id": "system", "name": "Groundswell", "kind": "system"},
        "made_at": ago(now, 32),
        "undone_by": None,
        "undone_at": None,
        "undone_reason": None,
    }
    undone = {
        "undone_by": person("leader"),
        "undone_at": ago(now, 8),
        "undone_reason": "同一件事。",
    }
    split = {
        **merged,
        **undone,
        "id": sample_id("0e", 2),
        "kind": "split",
        "other_title": "峰谷电价听证会",
        "posts": 6,
        "reason": "电价与停电无关。",
        "grounds": None,
        "made_by": person("leader"),
        "made_at": ago(now, 15),
    }
    return [split, merged]


def accepted(stories: list[dict[str, Any]], now: datetime) -> dict[str, tuple[int, dict[str, Any]]]:
    """What may be sent: it is accepted, and forgotten."""
    replies = {}
    for story in stories:
        split, merged = changes(stories, story, now)
        replies[f"/stories/{story['id']}/merge"] = (201, merged)
        replies[f"/stories/{story['id']}/split"] = (201, split)
        replies[f"/stories/changes/{merged['id']}/undo"] = (200, merged)
    return replies
