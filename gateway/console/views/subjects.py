"""What an incident is about, from what people paste to what a page shows. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

_ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
# The address of a page of this console, with or without its host; or a kind and an id.
_PAGE = re.compile(
    rf"(?:https?://[^/]+)?/?(stories|story|warnings|warning|posts|post)[/: ]({_ID})", re.IGNORECASE
)
_KINDS = {"stories": "story", "warnings": "warning", "posts": "post"}
_PLACES = {"story": "/stories/", "warning": "/warnings/", "post": "/posts/"}
_LONGEST = 120


def named(pasted: str) -> list[dict[str, str]]:
    """What is named, one a line: pages of the console by their address; all else is a link, which
    the API refuses where it is none."""
    found = []
    for line in filter(None, map(str.strip, pasted.splitlines())):
        page = _PAGE.match(line)
        if page is None:
            found.append({"kind": "link", "ref": line})
        else:
            kind = page[1].lower()
            found.append({"kind": _KINDS.get(kind, kind), "ref": page[2].lower()})
    return found


@dataclass(frozen=True)
class Named:
    """One thing that an incident is about: the page it leads to, and where its title is read."""

    id: str
    kind: str
    place: str
    title: str
    by: str
    call: str = ""

    def titled(self, title: str) -> "Named":
        """It, under its title."""
        return replace(self, title=title[:_LONGEST] or self.title)


def shown(subjects: Iterable[Mapping[str, Any]]) -> list[Named]:
    """What the API tells, as a page shows it."""
    return [_shown(each) for each in subjects]


def _shown(subject: Mapping[str, Any]) -> Named:
    kind, ref = str(subject.get("kind")), str(subject.get("now_ref"))
    call = f"{_PLACES[kind]}{ref}" if kind in _PLACES else ""
    link = ref if ref.startswith(("http://", "https://")) else ""
    return Named(
        id=str(subject.get("id")),
        kind=kind,
        place=call or link,
        title="" if call else ref,
        by=str((subject.get("added_by") or {}).get("name", "")),
        call=call,
    )
