"""The word lists of the lexicon engine, read into one table.

A list file has headers such as `[sentiment=-2 anger=2.4]` and words below them. A header carries
weights (sentiment -3..3, an emotion 0..3, favor and against 0..3) and at most one part:

    negator      turns what follows it in the clause (不, 没有, never)
    negated      looks like a negator and is none (不仅, not only); like `neutral`
    neutral      keeps the characters inside it from speaking (出差, 价值)
    intensifier  multiplies the next word (很=1.5, 有点=0.6)
    contrast     what was said before it counts less (但是, however)
    boundary     ends a clause
    exclaim      ends it aloud
"""

import hashlib
import re
from enum import IntEnum
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

from shared.contracts.labels import Emotion

DATA: Final = Path(__file__).parent / "lexicon_data"
EMOTIONS: Final = tuple(emotion for emotion in Emotion if emotion is not Emotion.NEUTRAL)
_EMOTION_INDEX: Final = {emotion.value: index for index, emotion in enumerate(EMOTIONS)}


class Part(IntEnum):
    """What a listed word does in its clause."""

    WORD = 0
    NEUTRAL = 1
    BOUNDARY = 2
    NEGATOR = 3
    INTENSIFIER = 4
    CONTRAST = 5
    EXCLAIM = 6


class Entry(NamedTuple):
    """One listed word. `emotions` pairs an index into EMOTIONS with a weight."""

    part: int
    sentiment: float
    emotions: tuple[tuple[int, float], ...]
    factor: float
    favor: float


# Words that name no emotion still hint at some: a complaint is more often angry than sad.
_HINTS: Final = {
    False: (("anger", 0.40), ("sadness", 0.30), ("disgust", 0.20)),
    True: (("joy", 0.60),),
}
_SECTION: Final = re.compile(r"^\[([a-z]+(?:=[-+.\d]+)?(?: [a-z]+=[-+.\d]+)*)\]$")
_FORMS_LIMIT: Final = 16


def _entry(fields: dict[str, float]) -> Entry:
    """Build the entry that the collected fields of one word stand for."""
    parts = [part for part in Part if part.name.lower() in fields]
    if "negated" in fields:
        parts.append(Part.NEUTRAL)
    part = parts[0] if parts else Part.WORD
    sentiment = fields.get("sentiment", 0.0)
    emotions = {name: fields[name] for name in _EMOTION_INDEX if name in fields}
    if sentiment and not emotions:
        emotions = {name: share * abs(sentiment) for name, share in _HINTS[sentiment > 0]}
    return Entry(
        part=int(part),
        sentiment=sentiment,
        emotions=tuple((_EMOTION_INDEX[name], weight) for name, weight in emotions.items()),
        factor=fields.get("intensifier", 1.0),
        favor=fields.get("favor", 0.0) - fields.get("against", 0.0),
    )


def _inflect(word: str) -> list[str]:
    """Give an English verb with its regular endings (cry: cries, cried, crying)."""
    if word.endswith("e"):
        return [word, word + "s", word + "d", word[:-1] + "ing"]
    if word.endswith("y") and word[-2] not in "aeiou":
        return [word, word[:-1] + "ies", word[:-1] + "ied", word + "ing"]
    plural = "es" if word.endswith(("s", "sh", "ch", "x", "z")) else "s"
    return [word, word + plural, word + "ed", word + "ing"]


def _spell(token: str) -> list[str]:
    """Give what an English token stands for: "_" is a space, a final "~" asks for endings."""
    word = token.replace("_", " ")
    return _inflect(word[:-1]) if word.endswith("~") else [word]


def read_list(path: Path) -> dict[str, dict[str, float]]:
    """Read one list file into word -> fields. A word may stand in several sections."""
    english = path.stem == "en"
    words: dict[str, dict[str, float]] = {}
    fields: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        header = _SECTION.match(line)
        if header:
            pairs = (field.partition("=") for field in header[1].split())
            fields = {name: float(value or 1) for name, _, value in pairs}
        elif not line.startswith("# "):
            for token in line.split():
                for word in _spell(token) if english else [token]:
                    words.setdefault(word.lower(), {}).update(fields)
    return words


def read_scripts(path: Path) -> dict[str, str]:
    """Read the script table: simplified character -> its traditional forms."""
    tokens = path.read_text(encoding="utf-8").split("\n", 1)[1].split()
    return {token[0]: token[1:] for token in tokens}


def _forms(word: str, scripts: dict[str, str]) -> list[str]:
    """Give the word in simplified and traditional script, with the usual variants."""
    choices = [scripts.get(character, character) for character in word]
    forms = [word]
    for form in product(*choices):
        if len(forms) == _FORMS_LIMIT:
            break
        forms.append("".join(form))
    return forms


def load_scripts() -> dict[str, str]:
    """Simplified character -> traditional forms, for the characters that matter here."""
    return read_scripts(DATA / "script.txt")


def load_words() -> dict[str, Entry]:
    """Every word of every list, in both scripts, with what it carries."""
    scripts = load_scripts()
    fields: dict[str, dict[str, float]] = {}
    for name in ("zh.txt", "zh_negative.txt", "en.txt", "signs.txt"):
        for word, carried in read_list(DATA / name).items():
            fields.setdefault(word, {}).update(carried)
    # White space cannot stand in a list; a line break ends a clause.
    words = {"\n": _entry({"boundary": 1.0})}
    for word, carried in fields.items():
        entry = _entry(carried)
        for form in _forms(word, scripts):
            words.setdefault(form, entry)
    return words


def revision() -> str:
    """A short hash of the lists and of the code that weighs them: equal hash, equal answers."""
    digest = hashlib.sha256()
    for path in [*sorted(DATA.glob("*.txt")), *sorted(DATA.parent.glob("lexicon*.py"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
