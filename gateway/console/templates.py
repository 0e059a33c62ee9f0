"""One Jinja environment a language, with the filters and functions that pages use."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context

from gateway.console.language import load_messages
from gateway.console.moments import Teller, as_moment
from gateway.console.report_words import REPORT_WORDS
from gateway.console.source_words import SOURCE_WORDS
from gateway.console.views.alerts import contact_lines, shift_lines
from gateway.console.views.difference import differences
from gateway.console.views.highlights import pieces
from gateway.console.views.mix import mix_of
from gateway.console.views.sparkline import sparkline
from gateway.console.watch_words import WATCH_WORDS
from gateway.console.words import WORDS
from shared.ids import new_id

_FOLDER = Path(__file__).parent / "templates"
_TOLD = ("ago", "exact", "hour", "weekday", "left", "past", "field", "number", "percent")


@cache
def environment(language: str) -> Environment:
    """Templates in one language. Every value is escaped; a missing one is an empty text."""
    messages = load_messages(language)
    env = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=select_autoescape(default=True),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=ChainableUndefined,
        finalize=lambda value: "" if value is None else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(messages, newstyle=True)  # type: ignore[attr-defined]
    for name in _TOLD:
        env.filters[name] = _told(getattr(Teller, name))
    env.filters["data"] = as_data
    env.globals.update(
        contact_lines=contact_lines,
        differences=differences,
        grouped=grouped,
        language=language,
        mix_of=mix_of,
        new_key=new_id,
        pieces=pieces,
        query_with=query_with,
        run=run,
        shift_lines=shift_lines,
        sparkline=sparkline,
        word=_speaker(messages.gettext),
    )
    return env


def _told(method: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that asks the visitor's teller, which the page carries."""

    @pass_context
    def told(context: Context, *values: Any) -> Any:
        return method(context["teller"], *values)

    return told


_WORDS = {**WORDS, **SOURCE_WORDS, **REPORT_WORDS, **WATCH_WORDS}


def _speaker(gettext: Callable[[str], str]) -> Callable[[str, Any], str]:
    def word(kind: str, code: Any) -> str:
        """A code of the API in words; one that no table knows is shown as it is."""
        known = _WORDS[kind].get(str(code)) if code else None
        return gettext(known) if known else str(code or "")

    return word


def as_data(value: Any, indent: int | None = None) -> str:
    """JSON, for a data attribute or for reading; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, default=str, indent=indent)


def query_with(query: Mapping[str, str], **changes: str) -> str:
    """A query string with some values changed; empty ones are left out."""
    kept = {name: value for name, value in query.items() if name != "done"} | changes
    return urlencode({name: value for name, value in kept.items() if value})


def run(begun: Any, due: Any, now: datetime) -> int:
    """How much of a term has run, in thousandths."""
    start, end = as_moment(begun), as_moment(due)
    if start is None or end is None or end <= start:
        return 1000
    return max(0, min(1000, round((now - start) / (end - start) * 1000)))


def grouped(digest: str | None) -> str:
    """A hash as people compare it: its first and last characters in fours."""
    if not digest:
        return ""
    return f"{digest[:4]} {digest[4:8]} {digest[8:12]} … {digest[-4:]}"
