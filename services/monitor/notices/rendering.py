"""A message as a letter to people, in Chinese or English: first what, how bad, since when, and what
is asked of them; then where to press; then the rest.

What posts say is data: it is escaped, cut, and never becomes a link or a picture.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.monitor.notices.content import MARKS
from services.monitor.notices.letters import Letter, one_line

_LONGEST_POST = 280
_LONGEST_TITLE = 80
_MOST_ITEMS = 20
# Whoever has no zone of their own: readers of a whole channel.
ZONE = "Asia/Shanghai"

_EN = {
    "warning.raised": "New warning",
    "warning.rose": "Warning rose from {}",
    "warning.fell": "Warning fell from {}",
    "blue": "blue",
    "yellow": "yellow",
    "orange": "orange",
    "red": "red",
    "course": "since {since} ({ago} ago), {posts} posts",
    "h": "{} h {} min",
    "min": "{} min",
    "back": "The matter of an earlier incident is back.",
    "nature": "Nature: {} ({})",
    "scope": "Scope",
    "why": "Why",
    "evidence": "Evidence",
    "do": "To do first",
    "minutes": "within {} min: {}",
    "posts": "{} posts, {} copies, {} authors",
    "platforms": "Platforms: {}",
    "regions": "Regions: {}",
    "reach": "Reach: {} followers of those who spoke in 24 h",
    "speed": "Speed: {} times the hours before",
    "watch": "Watch: {}",
    "open": "Open the warning",
    "look": "Open",
    "acknowledge": "Acknowledge here, without signing in",
    "asked": "You are asked to acknowledge this. If nobody does within {} min, the next is asked.",
    "asked_last": "You are asked to acknowledge this. If nobody does, the next in order is asked.",
    "colon": ": ",
    "digest": "Told together: {}",
    "of_digest": "Held back in quiet hours, or because many came at once; the gravest first.",
    "to_acknowledge": "{} of them ask you to acknowledge.",
    "more": "and {} more",
    "open_alerts": "Open the warnings",
}
_ZH = {
    "warning.raised": "新预警",
    "warning.rose": "预警由{}升级",
    "warning.fell": "预警由{}降级",
    "blue": "蓝色",
    "yellow": "黄色",
    "orange": "橙色",
    "red": "红色",
    "course": "始于 {since}（{ago}前），{posts} 帖",
    "h": "{} 小时 {} 分钟",
    "min": "{} 分钟",
    "back": "此前事件所涉事项再度出现。",
    "nature": "性质：{}（{}）",
    "scope": "范围",
    "why": "依据",
    "evidence": "证据帖文",
    "do": "初步处置建议",
    "minutes": "{} 分钟内：{}",
    "posts": "帖文 {} 条，转载 {} 条，作者 {} 人",
    "platforms": "平台：{}",
    "regions": "地区：{}",
    "reach": "24 小时内发声账号粉丝数合计：{}",
    "speed": "传播速度：此前数小时的 {} 倍",
    "watch": "监测方案：{}",
    "open": "查看预警",
    "look": "查看",
    "acknowledge": "点此确认，无需登录",
    "asked": "请您确认本预警。{} 分钟内无人确认，将通知下一人。",
    "asked_last": "请您确认本预警。无人确认时，将依次通知下一人。",
    "colon": "：",
    "digest": "合并通知：{} 条",
    "of_digest": "因免打扰时段或短时间内通知较多而合并，等级高的在前。",
    "to_acknowledge": "其中 {} 条请您确认。",
    "more": "另有 {} 条",
    "open_alerts": "查看全部预警",
}


def letter_of(
    message: Mapping[str, Any],
    language: str,
    *,
    zone: str = ZONE,
    acknowledge_url: str | None = None,
) -> Letter:
    """A stored message as a letter in this language, with times by the clocks of `zone`.

    `acknowledge_url`: where its reader acknowledges, for who is asked to.
    """
    kind = str(message["type"])
    if kind.startswith("warning."):
        return _Warning(message, language, zone).letter(acknowledge_url)
    if kind == "digest":
        return _digest(message["data"], language)
    return _plain_letter(message["data"], language)


class _Warning:
    """What is said of a warning, in one language."""

    def __init__(self, message: Mapping[str, Any], language: str, zone: str) -> None:
        self.kind = str(message["type"])
        self.data: Mapping[str, Any] = message["data"]
        self.asked: Mapping[str, Any] = message.get("asked") or {}
        self.told_at = datetime.fromisoformat(message["timestamp"])
        self.zone = ZoneInfo(zone)
        self.words, self.chinese = _words(language)

    def letter(self, acknowledge_url: str | None) -> Letter:
        data, words = self.data, self.words
        level = data["level_zh"] if self.chinese else f"{str(data['level']).capitalize()} warning"
        kind = "drill" if data.get("drill") else "sample" if data.get("sample") else ""
        mark = MARKS[kind][self.chinese]
        subject = one_line(data["title"], _LONGEST_TITLE)
        letter = Letter(title=f"{mark}{level}{words['colon']}{subject}", lead=self._lead())
        if acknowledge_url:
            minutes = self.asked.get("minutes")
            letter.lead.append(
                words["asked"].format(f"{minutes:g}") if minutes else words["asked_last"]
            )
            letter.links.append((words["acknowledge"], acknowledge_url))
        letter.links.append((words["open"], data["url"]))
        told = (
            (words["do"], [self._step(step) for step in data.get("suggestions") or ()]),
            (words["why"], [self._said(reason) for reason in data["reasons"]]),
            (words["scope"], self._scope()),
            (words["evidence"], [self._post(post) for post in data["evidence"][:3]]),
        )
        letter.sections = [(heading, lines) for heading, lines in told if lines]
        return letter

    def _lead(self) -> list[str]:
        data, words = self.data, self.words
        before = data.get("previous_level")
        happened = words[self.kind].format(words[before] if before else "")
        lines = [f"{happened}{words['colon']}{self._course()}"]
        if nature := data.get("nature"):
            ground = nature["ground_zh" if self.chinese else "ground"]
            lines.append(words["nature"].format(self._said(nature), ground))
        if data.get("resurgence_of"):
            lines.append(words["back"])
        return lines

    def _course(self) -> str:
        since = datetime.fromisoformat(self.data["first_post_at"])
        minutes = max(round((self.told_at - since).total_seconds() / 60), 0)
        ago = (
            self.words["h"].format(*divmod(minutes, 60))
            if minutes >= 60
            else self.words["min"].format(minutes)
        )
        here = since.astimezone(self.zone)
        return self.words["course"].format(
            since=f"{here:%m-%d %H:%M} {_offset(here)}",
            ago=ago,
            posts=f"{self.data['post_count']:,}",
        )

    def _step(self, step: Mapping[str, Any]) -> str:
        return self.words["minutes"].format(step["minutes"], self._said(step))

    def _post(self, post: Mapping[str, Any]) -> str:
        return f"{post['platform']}{self.words['colon']}{one_line(post['text'], _LONGEST_POST)}"

    def _said(self, of: Mapping[str, Any]) -> str:
        return str(of["text_zh" if self.chinese else "text"])

    def _scope(self) -> list[str]:
        scope, words = self.data.get("scope"), self.words
        lines = [words["watch"].format(self.data["watch_name"])]
        if not scope:
            return lines
        lines.append(
            words["posts"].format(*(f"{scope[name]:,}" for name in ("posts", "copies", "authors")))
        )
        for name in ("platforms", "regions"):
            if scope[name]:
                listed = ", ".join(f"{each['name']} {each['posts']:,}" for each in scope[name])
                lines.append(words[name].format(listed))
        if scope["reach"]:
            lines.append(words["reach"].format(f"{scope['reach']:,}"))
        if scope["speed"] is not None:
            lines.append(words["speed"].format(f"{scope['speed']:.1f}"))
        return lines


def _digest(data: Mapping[str, Any], language: str) -> Letter:
    words, chinese = _words(language)
    items = data["items"]
    lines = [one_line(item["text_zh" if chinese else "text"], 200) for item in items[:_MOST_ITEMS]]
    if len(items) > _MOST_ITEMS:
        lines.append(words["more"].format(len(items) - _MOST_ITEMS))
    asks = sum(bool(item.get("asks")) for item in items)
    title = words["digest"].format(len(items))
    lead = [words["of_digest"], *([words["to_acknowledge"].format(asks)] if asks else [])]
    return Letter(title, lead, [(words["open_alerts"], data["url"])], [("", lines)])


def _plain_letter(data: Mapping[str, Any], language: str) -> Letter:
    words, chinese = _words(language)
    title = data["title_zh"] if chinese else data["title"]
    links = [(words["look"], data["url"])] if data.get("url") else []
    return Letter(title, [data["text_zh"] if chinese else data["text"]], links)


def _offset(moment: datetime) -> str:
    """`UTC+8`: whoever is travelling must not have to guess."""
    return f"UTC{moment.isoformat()[-6:].removesuffix(':00')}"


def _words(language: str) -> tuple[Mapping[str, str], bool]:
    chinese = language.startswith("zh")
    return (_ZH if chinese else _EN), chinese
