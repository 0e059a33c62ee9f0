"""A letter: what people read of a message, in the forms that ways to people take. Pure.

The links stand right after the lead, so that whatever is cut at the end, they stay.
"""

import re
from dataclasses import dataclass, field
from html import escape

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~<&])")
# Marks that turn the direction of writing: a post could make a line of ours read backwards.
_TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CUT = "…"


@dataclass(slots=True)
class Letter:
    """A message in parts: a heading, the lead in lines, links with their words, then sections of
    lines, the most useful first."""

    title: str
    lead: list[str]
    links: list[tuple[str, str]] = field(default_factory=list)
    sections: list[tuple[str, list[str]]] = field(default_factory=list)

    def text(self, *, limit: int | None = None, titled: bool = False) -> str:
        """Plain text, with the heading above it where the way has none (`titled`); cut to `limit`
        bytes of UTF-8, at the end of a line."""
        head = [*([self.title] if titled else []), *self.lead]
        links = [f"{words}: {url}" for words, url in self.links]
        parts = ["\n".join(head), "\n".join(links)]
        for heading, lines in self.sections:
            listed = [f"- {line}" for line in lines]
            parts.append("\n".join([heading, *listed] if heading else listed))
        return within("\n\n".join(part for part in parts if part), limit)

    def markdown(self) -> str:
        """Markdown."""
        parts = ["  \n".join(plain(line) for line in self.lead)]
        parts.append("\n\n".join(f"[{plain(words)}]({url})" for words, url in self.links))
        for heading, lines in self.sections:
            listed = "\n".join(f"- {plain(line)}" for line in lines)
            parts.append(f"**{plain(heading)}**\n\n{listed}" if heading else listed)
        return "\n\n".join(part for part in parts if part)

    def html(self) -> str:
        """HTML without pictures, scripts or styles."""
        parts = [f"<p>{'<br>'.join(escape(line) for line in self.lead)}</p>"]
        # The address stands there as words too: what a mail shows as plain text keeps only those.
        parts += [
            f'<p>{escape(words)}: <a href="{escape(url)}">{escape(url)}</a></p>'
            for words, url in self.links
        ]
        for heading, lines in self.sections:
            listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
            parts.append(f"<h3>{escape(heading)}</h3>" if heading else "")
            parts.append(f"<ul>{listed}</ul>")
        return "".join(parts)

    def forms(self) -> dict[str, str]:
        """All of them by name. `link` is what must stay in the shortest: an SMS is the heading and
        this."""
        return {
            "text": self.text(),
            "markdown": self.markdown(),
            "html": self.html(),
            "link": self.links[0][1] if self.links else "",
        }


def within(text: str, limit: int | None) -> str:
    """The text in at most `limit` bytes of UTF-8: whole lines, and a sign that more was said."""
    if limit is None or len(text.encode()) <= limit:
        return text
    room = limit - len(_CUT.encode())
    kept = text.encode()[:room].decode(errors="ignore")
    whole = kept.rpartition("\n")[0]
    # A line that alone is longer than the limit is cut in it.
    return f"{whole}\n{_CUT}" if whole else f"{kept}{_CUT}"


def one_line(text: str, longest: int) -> str:
    """What somebody else wrote, as one line of at most `longest` characters, which reads in one
    direction and in which no address becomes a link."""
    line = " ".join(_TURNS.sub("", text).split()).replace("://", ":⁄⁄")
    return line if len(line) <= longest else f"{line[: longest - 1]}{_CUT}"


def plain(text: str) -> str:
    """Words that Markdown shows as they are."""
    return _SPECIAL.sub(r"\\\1", text)
