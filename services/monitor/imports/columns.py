"""Which column of a file holds which field of a post. Pure rules."""

import unicodedata
from collections.abc import Iterable, Mapping

# Names by which columns are known without a mapping, beside the field's own: ours, those of the
# usual exports, and their Chinese forms. Compared without case, spaces and punctuation.
_NAMES: dict[str, tuple[str, ...]] = {
    "external_id": ("id", "post_id", "mid", "guid", "编号", "帖子id", "帖文id", "微博id", "文章id"),
    "platform": ("site", "channel", "平台", "来源平台", "渠道", "媒体类型", "站点"),
    "text": ("content", "body", "message", "正文", "内容", "文本", "微博正文", "帖子内容", "全文"),
    "published_at": (
        *("published", "time", "date", "datetime", "created_at", "timestamp", "pubdate"),
        *("发布时间", "时间", "发表时间", "日期", "发布日期"),
    ),
    "title": ("headline", "subject", "标题", "题目"),
    "url": ("link", "permalink", "链接", "网址", "原文链接", "地址"),
    "author": (
        "user",
        "username",
        "user_name",
        "screen_name",
        "作者",
        "用户",
        "用户名",
        "昵称",
        "发布者",
    ),
    "author_followers": ("followers", "followers_count", "粉丝数", "粉丝", "粉丝量"),
    "parent_external_id": ("parent_id", "reply_to", "repost_of", "父帖id", "原帖id", "原微博id"),
    "language": ("lang", "语言", "语种"),
    "region": ("location", "province", "地区", "地域", "省份", "ip属地", "发布地区"),
    "engagement": (),
    "likes": ("like_count", "likes_count", "点赞", "点赞数", "赞"),
    "reposts": ("shares", "share_count", "reposts_count", "retweets", "转发", "转发数", "分享数"),
    "comments": ("comment_count", "comments_count", "replies", "评论", "评论数", "回复数"),
    "views": ("view_count", "reads", "阅读", "阅读数", "阅读量", "浏览量", "播放量"),
}

FIELDS = frozenset(_NAMES)
# A file must have one column of each group.
NEEDED = (("text", "title"), ("published_at",))


def _bare(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


_FIELD_OF = {_bare(name): field for field, names in _NAMES.items() for name in (field, *names)}


def choose_columns(names: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The column of each field: as `mapping` (field -> column) says, else the first whose name is
    known. Columns that mean nothing to us are left out."""
    present = list(names)
    chosen = {field: column for field, column in mapping.items() if column in present}
    spoken_for = set(chosen.values())
    for name in present:
        field = _FIELD_OF.get(_bare(name))
        if field is not None and field not in mapping and name not in spoken_for:
            chosen.setdefault(field, name)
    return chosen


def missing_columns(chosen: Mapping[str, str]) -> list[str]:
    """The fields that are needed and have no column, as "text or title"."""
    return [" or ".join(group) for group in NEEDED if not any(name in chosen for name in group)]
