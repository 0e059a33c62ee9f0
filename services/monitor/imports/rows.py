"""From one row of a file to a post, or to the reason why it is none. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from hashlib import blake2b
from typing import Any

from pydantic import ValidationError

from services.monitor.imports.times import read_time
from services.monitor.posts.schemas import PostNew

Values = Mapping[str, Any]

_COUNTS = ("likes", "reposts", "comments", "views")
_TEXTS = ("title", "url", "author", "parent_external_id", "language", "region")
_LONGEST_ID = 300
# How exports shorten large numbers: 1.2万 = 12,000.
_UNITS = {"": 1, "k": 1_000, "w": 10_000, "万": 10_000, "m": 1_000_000, "亿": 100_000_000}
_COUNT = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kwm万亿]?)\+?", re.ASCII | re.IGNORECASE)
# What Chinese exports call the platforms, and what we do.
_PLATFORMS = {
    "微博": "weibo",
    "新浪微博": "weibo",
    "微信": "wechat",
    "微信公众号": "wechat",
    "公众号": "wechat",
    "抖音": "douyin",
    "快手": "kuaishou",
    "小红书": "xiaohongshu",
    "知乎": "zhihu",
    "百度贴吧": "tieba",
    "贴吧": "tieba",
    "哔哩哔哩": "bilibili",
    "b站": "bilibili",
    "今日头条": "toutiao",
    "头条": "toutiao",
    "豆瓣": "douban",
    "论坛": "forum",
    "新闻": "news",
    "网站": "web",
    "博客": "blog",
}


class RowRefusedError(Exception):
    """This row is no post; the message says why."""


@dataclass(frozen=True)
class Assumptions:
    """What holds for rows that do not say: their platform, and the zone of their times."""

    platform: str
    zone: tzinfo


def to_post(row: Values, columns: Mapping[str, str], assumed: Assumptions) -> PostNew:
    """The post in a row; `columns` names the column of each field.

    Raises:
        RowRefusedError: it is none; the message names the field and what is wrong with it.
    """
    values = {field: _filled(row.get(column)) for field, column in columns.items()}
    for field, value in values.items():
        if isinstance(value, str) and not _storable(value):
            raise RowRefusedError(f"{field} has bytes that are no text in this encoding")
    post: dict[str, Any] = {field: _text(field, values) for field in _TEXTS}
    post["text"] = _text("text", values) or post["title"] or ""
    post["platform"] = _platform(values, assumed.platform)
    post["published_at"] = _time(values.get("published_at"), assumed.zone)
    post["author_followers"] = _count("author_followers", values)
    post["engagement"] = _engagement(values)
    post["external_id"] = _text("external_id", values) or _made_up_id(post)
    try:
        return PostNew.model_validate(post)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RowRefusedError(f"{where}: {first['msg']}") from None


def _filled(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


def _text(field: str, values: Values) -> str | None:
    """Numbers count as texts: the ids of most platforms look like them."""
    value = values.get(field)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise RowRefusedError(f"{field} is no text")


def _storable(value: str) -> bool:
    """Undecodable bytes were read as lone surrogates, which no text can have."""
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _platform(values: Values, assumed: str) -> str:
    name = (_text("platform", values) or assumed).lower()
    return _PLATFORMS.get(name, name)


def _time(value: Any, zone: tzinfo) -> Any:
    if value is None:
        raise RowRefusedError("published_at is empty")
    if not isinstance(value, str | int | float):
        raise RowRefusedError("published_at is no time")
    try:
        return read_time(value, zone)
    except ValueError as error:
        raise RowRefusedError(f"published_at: {error}") from error


def _count(field: str, values: Values) -> int | None:
    value = values.get(field)
    if value is None:
        return None
    found = _COUNT.fullmatch(str(value).replace(",", "").strip())
    if found is None:
        raise RowRefusedError(f"{field}: {str(value)[:40]!r} is no number")
    return round(float(found[1]) * _UNITS[found[2].lower()])


def _engagement(values: Values) -> dict[str, Any] | None:
    whole = values.get("engagement")
    if isinstance(whole, Mapping):
        return dict(whole)
    counts = {name: _count(name, values) for name in _COUNTS}
    given = {name: count for name, count in counts.items() if count is not None}
    return given or None


def _made_up_id(post: Mapping[str, Any]) -> str:
    """An id for a row that brings none: the same for the same row in another file."""
    url: str | None = post["url"]
    if url and len(url) <= _LONGEST_ID and url.isprintable():
        return url
    said = "\x00".join(str(post[name] or "") for name in ("url", "author", "published_at", "text"))
    return f"row:{blake2b(said.encode(), digest_size=16).hexdigest()}"
