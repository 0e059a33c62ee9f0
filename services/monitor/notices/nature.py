"""What kind of matter a warning is about (性质), and what to do first: rules in two YAML files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from shared.contracts.levels import WarningLevel
from shared.folding import fold

_FOLDER = files("services.monitor.notices")


@dataclass(frozen=True, slots=True)
class Nature:
    """A kind of matter, in both languages, with the ground on which it is told."""

    code: str
    en: str
    zh: str
    ground: str
    ground_zh: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A first step, and within how many minutes of the notice."""

    minutes: int
    en: str
    zh: str


def nature_of(texts: Sequence[str], *, negative_share: float | None) -> Nature:
    """The kind of matter that the evidence posts `texts` speak of.

    `negative_share`: the share of negative opinions, where it was large enough to count towards
    the level, else None.
    """
    folded = [fold(text) for text in texts]
    kinds, share = _kinds()
    least = max(share * len(folded), 1)
    told = [(sum(kind.tells(text) for text in folded), kind) for kind in kinds]
    # The first of the largest: the kinds stand in the order of their gravity.
    telling, kind = max(told, key=lambda pair: pair[0])
    if telling >= least:
        return Nature(
            kind.code,
            kind.en,
            kind.zh,
            f"by the words of {telling} of {len(folded)} evidence posts",
            f"依据 {len(folded)} 条证据帖文中 {telling} 条的用词",
        )
    found = _data()["negative" if negative_share is not None else "surge"]
    if negative_share is None:
        ground, ground_zh = "by the number of posts", "依据帖文数量"
    else:
        ground = f"at least {negative_share:.0%} of the opinions are negative"
        ground_zh = f"负面态度占比不低于 {negative_share:.0%}"
    return Nature(found["nature"], found["en"], found["zh"], ground, ground_zh)


def suggestions_for(
    nature: str, level: WarningLevel, *, sector: str | None = None
) -> list[Suggestion]:
    """What to do first about a matter of this nature and level, the most urgent first; with what is
    due in the `sector` of the organisation, where that is known."""
    fitting = [
        Suggestion(entry["minutes"], entry["en"], entry["zh"])
        for entry in _suggestions()
        if nature in entry.get("natures", [nature])
        and level >= WarningLevel(entry["from"])
        and (entry.get("sectors") is None or sector in entry["sectors"])
    ]
    return sorted(fitting, key=lambda suggestion: suggestion.minutes)


@dataclass(frozen=True, slots=True)
class _Kind:
    code: str
    en: str
    zh: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None

    def tells(self, folded: str) -> bool:
        """Whether a text speaks of this kind."""
        said = self.unless.sub(" ", folded) if self.unless else folded
        return bool(self.words.search(said))


@cache
def _data() -> Any:
    return yaml.safe_load((_FOLDER / "natures.yaml").read_text("utf-8"))


@cache
def _kinds() -> tuple[list[_Kind], float]:
    kinds = [
        _Kind(
            entry["nature"],
            entry["en"],
            entry["zh"],
            _pattern(entry["words"]),
            _pattern(entry["unless"]) if entry.get("unless") else None,
        )
        for entry in _data()["natures"]
    ]
    return kinds, _data()["share"]


@cache
def _suggestions() -> Any:
    return yaml.safe_load((_FOLDER / "suggestions.yaml").read_text("utf-8"))


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Alphabetic words are found whole, Chinese ones anywhere; all as they read when folded."""
    parts = []
    for word in words:
        escaped = re.escape(fold(word))
        parts.append(rf"(?<![a-z0-9]){escaped}(?![a-z0-9])" if word.isascii() else escaped)
    return re.compile("|".join(parts))
