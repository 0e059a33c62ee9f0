"""Ready-made watches by sector, filled in with the names of an organisation.

The words stand in one YAML file a sector; a phrase of several words is quoted here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml

_FOLDER = files("services.monitor.templates")
_QUOTES = re.compile(r'["“”「」『』]+')
_PLAIN = re.compile(r"@?[^\W_]+\*?")


class Sector(StrEnum):
    """Whom a set of templates is made for; each has a file of this name."""

    BANK = "bank"
    SHOP = "shop"
    POWER = "power"
    UNIVERSITY = "university"


@dataclass(frozen=True, slots=True)
class Template:
    """A watch that lacks only names: what is spoken of when it concerns the sector."""

    code: str
    en: str
    zh: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of a sector, and what never counts for any of them."""

    sector: Sector
    en: str
    zh: str
    watches: tuple[Template, ...]
    exclusions: tuple[str, ...]


@cache
def templates_of(sector: Sector) -> Templates:
    """The templates of a sector, from its file."""
    read = yaml.safe_load((_FOLDER / f"{sector}.yaml").read_text("utf-8"))
    watches = tuple(
        Template(each["code"], each["en"], each["zh"], tuple(map(str, each["words"])))
        for each in read["watches"]
    )
    return Templates(sector, read["en"], read["zh"], watches, tuple(read["exclusions"]))


def filled(template: Template, names: Sequence[str]) -> str:
    """The expression of a template for what goes by one of `names` (`@name`: an alias)."""
    return f"{_group(names)} AND {_group(template.words)}"


def _group(words: Sequence[str]) -> str:
    spelt = list(dict.fromkeys(map(_spelt, words)))
    return spelt[0] if len(spelt) == 1 else f"({' OR '.join(spelt)})"


def _spelt(word: str) -> str:
    """A word as an expression takes it."""
    if " NEAR/" in word or _PLAIN.fullmatch(word):
        return word
    return f'"{_QUOTES.sub(" ", word).strip()}"'
