"""Why stories may be one, in words for people. Pure."""

from collections.abc import Mapping
from typing import Any


def proposal(grounds: Mapping[str, Any]) -> tuple[str, str]:
    """What two stories share, in English and in Chinese."""
    words, percent = grounds["words"], round(100 * grounds["likeness"])
    hours = grounds["hours_apart"]
    return (
        f"Both speak of {', '.join(words)}; their words are {percent} % alike; their newest posts "
        f"are {hours:.1f} h apart.",
        f"都提到{'、'.join(words)}；用词相似度 {percent}%；最新帖文相隔 {hours:.1f} 小时。",
    )
