"""The words of an HTML text."""

import html
import re

import nh3

# Elements that end a line where they begin or end; all others vanish without a trace.
_LINES = {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav"),
    *("ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
}
_TAG = re.compile(r"</?[a-z0-9]+>")


def plain_text(source: str) -> str:
    """The words of `source`, a line for each block; scripts, styles and comments are dropped.

    Links and pictures leave only their words. Text that is no HTML comes back as it is, trimmed.
    """
    if "<" not in source and "&" not in source:
        return _trimmed(source)
    # nh3 leaves well-formed tags of `_LINES` without attributes, and every other "<" escaped.
    kept = nh3.clean(source, tags=_LINES, attributes={}, link_rel=None)
    return _trimmed(html.unescape(_TAG.sub("\n", kept)))


def _trimmed(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
