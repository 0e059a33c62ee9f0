"""A message as people read it: plain text, Markdown, HTML, or one line, in Chinese or English.

What posts say is data: it is escaped, cut, and never becomes a link or a picture.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

_LONGEST_POST = 280
_LONGEST_BRIEF = 140
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~<&])")


@dataclass(slots=True)
class Letter:
    """A message in parts: a heading, what happened, sections of lines, links with their words."""

    title: str
    lead: str
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def text(self) -> str:
        """Plain text."""
        parts = [self.lead]
        for heading, lines in self.sections:
            parts.append("\n".join([f"{heading}", *(f"- {line}" for line in lines)]))
        parts.append("\n".join(f"{words}: {url}" for words, url in self.links))
        return "\n\n".join(part for part in parts if part)

    def markdown(self) -> str:
        """Markdown."""
        parts = [_plain(self.lead)]
        for heading, lines in self.sections:
            listed = "\n".join(f"- {_plain(line)}" for line in lines)
            parts.append(f"**{_plain(heading)}**\n\n{listed}")
        parts.append("\n\n".join(f"[{_plain(words)}]({url})" for words, url in self.links))
        return "\n\n".join(part for part in parts if part)

    def html(self) -> str:
        """HTML without pictures, scripts or styles."""
        parts = [f"<p>{escape(self.lead)}</p>"]
        for heading, lines in self.sections:
            listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
            parts.append(f"<h3>{escape(heading)}</h3><ul>{listed}</ul>")
        # The address stands there as words too: what a mail shows as plain text keeps only those.
        parts += [
            f'<p>{escape(words)}: <a href="{escape(url)}">{escape(url)}</a></p>'
            for words, url in self.links
        ]
        return "".join(parts)

    def brief(self) -> str:
        """One line for services that take few characters, and the first link."""
        line = _cut(f"{self.title} {self.lead}", _LONGEST_BRIEF)
        return f"{line} {self.links[0][1]}" if self.links else line

    def forms(self) -> dict[str, str]:
        """All of them by name."""
        return {
            "text": self.text(),
            "markdown": self.markdown(),
            "html": self.html(),
            "brief": self.brief(),
        }


_EN = {
    "warning.raised": "New warning",
    "warning.rose": "Warning rose",
    "warning.fell": "Warning fell",
    "nature": "Nature",
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
    "acknowledge": "Acknowledge",
    "asked": "You are asked to acknowledge this. If nobody does, the next in order is asked.",
    "colon": ": ",
    "sample": "[Sample] ",
    "digest": "Held back in your quiet hours: {}",
    "open_alerts": "Open the warnings",
}
_ZH = {
    "warning.raised": "新预警",
    "warning.rose": "预警升级",
    "warning.fell": "预警降级",
    "nature": "性质",
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
    "acknowledge": "确认",
    "asked": "请确认本预警。无人确认时，将依次通知下一人。",
    "colon": "：",
    "sample": "【示例】",
    "digest": "免打扰时段内暂存的通知：{} 条",
    "open_alerts": "查看全部预警",
}


def letter_of(
    message: Mapping[str, Any], language: str, *, acknowledge_url: str | None = None
) -> Letter:
    """A stored message as a letter in this language.

    `acknowledge_url`: where its reader acknowledges, for who is asked to.
    """
    kind = str(message["type"])
    if kind.startswith("warning."):
        return _warning(message["data"], kind, language, acknowledge_url)
    if kind == "digest":
        return _digest(message["data"], language)
    return _plain_letter(message["data"], language)


def _warning(
    data: Mapping[str, Any], kind: str, language: str, acknowledge_url: str | None
) -> Letter:
    words, chinese = _words(language)
    level = data["level_zh"] if chinese else f"{str(data['level']).capitalize()} warning"
    mark = words["sample"] if data.get("sample") else ""
    letter = Letter(
        title=f"{mark}{level}{words['colon']}{_cut(data['title'], 80)}",
        lead=f"{words[kind]}{words['colon']}{_cut(data['title'], 200)}",
    )
    if acknowledge_url:
        letter.lead += f"\n{words['asked']}"
        letter.links.append((words["acknowledge"], acknowledge_url))
    nature = data.get("nature")
    if nature:
        said = nature["text_zh"] if chinese else nature["text"]
        ground = nature["ground_zh"] if chinese else nature["ground"]
        letter.sections.append(
            (words["nature"], [f"{said}（{ground}）" if chinese else f"{said} ({ground})"])
        )
    letter.sections.append(
        (words["why"], [reason["text_zh" if chinese else "text"] for reason in data["reasons"]])
    )
    letter.sections.append((words["scope"], _scope(data, words)))
    letter.sections.append(
        (
            words["evidence"],
            [
                f"{post['platform']}{words['colon']}{_cut(post['text'], _LONGEST_POST)}"
                for post in data["evidence"][:3]
            ],
        )
    )
    letter.sections.append(
        (
            words["do"],
            [
                words["minutes"].format(step["minutes"], step["text_zh" if chinese else "text"])
                for step in data.get("suggestions") or ()
            ],
        )
    )
    letter.sections = [(heading, lines) for heading, lines in letter.sections if lines]
    letter.links.append((words["open"], data["url"]))
    return letter


def _scope(data: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    scope = data.get("scope")
    lines = [words["watch"].format(data["watch_name"])]
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
    title = words["digest"].format(len(data["items"]))
    lines = [item["text_zh" if chinese else "text"] for item in data["items"]]
    return Letter(title, title, [("", lines)], [(words["open_alerts"], data["url"])])


def _plain_letter(data: Mapping[str, Any], language: str) -> Letter:
    words, chinese = _words(language)
    title = data["title_zh"] if chinese else data["title"]
    links = [(words["open"], data["url"])] if data.get("url") else []
    return Letter(title, data["text_zh"] if chinese else data["text"], [], links)


def _words(language: str) -> tuple[Mapping[str, str], bool]:
    chinese = language.startswith("zh")
    return (_ZH if chinese else _EN), chinese


def _cut(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _plain(text: str) -> str:
    """Words that Markdown shows as they are."""
    return _SPECIAL.sub(r"\\\1", text)
