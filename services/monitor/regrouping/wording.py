"""Why stories may be one, in words for people. Pure."""

from collections.abc import Mapping
from typing import Any


def proposal(grounds: Mapping[str, Any]) -> tuple[str, str]:
    """What two stories share, in English and in Chinese."""
    words, percent = grounds["words"], round(100 * grounds["likeness"])
    hours, bridges = grounds["hours_apart"], grounds.get("bridges", 0)
    parts, parts_zh = [], []
    if bridges:
        parts.append(f"{bridges} posts carry hashtags of both")
        parts_zh.append(f"{bridges} 条帖文同时带有两者的话题标签")
    if words:
        parts.append(f"both speak of {', '.join(words)}")
        parts_zh.append(f"都提到{'、'.join(words)}")
    parts.append(f"their words are {percent} % alike")
    parts_zh.append(f"用词相似度 {percent}%")
    parts.append(f"their newest posts are {hours:.1f} h apart")
    parts_zh.append(f"最新帖文相隔 {hours:.1f} 小时")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}.", f"{'；'.join(parts_zh)}。"
