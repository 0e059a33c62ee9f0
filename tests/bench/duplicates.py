"""Near-duplicates alone: what of altered copies is found, what is merged wrongly, time and memory.

Texts: made up from the stock of `posts.py`; where `../shared/data` lies beside the repository, also
what people wrote there. Times are of the CPU; the memory of a million posts is full when measured.
"""

import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from uuid import UUID

from services.monitor.duplicates.choosing import Original, choose
from services.monitor.duplicates.likeness import Words, essence, likeness
from services.monitor.duplicates.originals import Candidate, Originals, take_prints
from services.monitor.posts.fingerprint import own_words, text_hash
from shared.folding import fold
from tests.bench.posts import Writer
from tests.bench.report import measure, say

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_UNLABELLED = _SHARED / "analysis" / "unlabelled"
_BATCH = 200
_CAPACITY = 1_000_000
_TEXTS = 2_000
_SUFFIXES = (
    " 转发求扩散",
    "（来自微博客户端）",
    "，大家都来看看",
    "!!! please share",
    " via @somebody",
)
_MARKS = "，。！？、,.!?~…"
_SLIPS = ("的地得他她它在再做作", "aeiou")


def measure_duplicates() -> None:
    """Recall by kind of alteration, wrong merges, µs a post, bytes of a million posts."""
    made_up = _made_up(_TEXTS)
    say("Filling the memory of originals with a million posts")
    memory = Originals(_CAPACITY)
    _fill(memory)
    measure("duplicates, memory of a million posts", memory.nbytes / 1e6, "MB")
    _measure_texts("made up", made_up, memory)
    for name, texts in _real():
        _measure_texts(name, texts, memory)
    stream = [post["text"] for post in Writer(11, "stream").posts(10_000)]
    folding = _fold_all([(fold(text), None) for text in stream], memory)
    measure(
        "duplicates, the bench's own stream of posts",
        folding.seconds / len(stream) * 1e6,
        "µs/post",
        folded=len(folding.roots) / len(stream),
        compared=folding.compared / len(stream),
    )


def _measure_texts(name: str, texts: Sequence[str], memory: Originals) -> None:
    """Different texts once, and then each of them altered."""
    alone = _fold_all([(text, text_hash(text)) for text in texts], memory)
    measure(
        f"duplicates among {name} texts, each its own",
        alone.seconds / len(texts) * 1e6,
        "µs/post",
        folded=len(alone.roots),
        texts=len(texts),
    )
    chance = random.Random(7)
    kept = [text for number, text in enumerate(texts) if UUID(int=number + 1) not in alone.roots]
    for kind, alter in _ALTERATIONS.items():
        altered = [fold(alter(text, chance)) for text in kept]
        both = [(text, text_hash(text)) for text in [*kept, *altered]]
        folding = _fold_all(both, memory)
        onto = Counter(_told(folding, both, len(kept), number) for number in range(len(kept)))
        measure(
            f"duplicates, {kind}, {name}",
            (onto[_Told.ITS_OWN] + onto[_Told.ANOTHER]) / len(kept),
            "recall",
            texts=len(kept),
            onto_another_that_reads_as_much_like_it=onto[_Told.ANOTHER],
            onto_one_less_alike=onto[_Told.WORSE],
            not_found=onto[_Told.NONE],
            no_copy_any_more=onto[_Told.NO_COPY],
        )


class _Told(Enum):
    """What became of an altered text."""

    ITS_OWN = auto()
    ANOTHER = auto()  # an earlier text of which it is a copy as much: right by what a copy is
    WORSE = auto()
    NONE = auto()
    NO_COPY = auto()  # the alteration went beyond what a copy may change, a figure for example


def _told(
    folding: "_Folding", texts: Sequence[tuple[str, str | None]], kept: int, number: int
) -> _Told:
    root = folding.roots.get(UUID(int=kept + number + 1))
    if root == UUID(int=number + 1):
        return _Told.ITS_OWN
    altered = Words.of(own_words(texts[kept + number][0]))
    alike = likeness(Words.of(own_words(texts[number][0])), altered)
    if root is None:
        return _Told.NONE if alike else _Told.NO_COPY
    other = likeness(Words.of(own_words(texts[root.int - 1][0])), altered)
    return _Told.ANOTHER if other >= alike else _Told.WORSE


@dataclass
class _Folding:
    """What became of some texts; `roots`: the original of each copy; ids count from 1."""

    roots: dict[UUID, UUID] = field(default_factory=dict)
    seconds: float = 0.0
    compared: int = 0


def _fold_all(texts: Sequence[tuple[str, str | None]], memory: Originals) -> _Folding:
    folding = _Folding()
    known: dict[bytes, Original] = {}

    def original_of(candidate: Candidate) -> Original | None:
        folding.compared += not candidate.exact
        return known.get(candidate.key)  # None: of another measure

    ids = [UUID(int=number + 1) for number in range(len(texts))]
    began = time.process_time()
    for start in range(0, len(texts), _BATCH):
        part = texts[start : start + _BATCH]
        said = [own_words(text) for text, _ in part]
        prints = take_prints(
            ids[start : start + _BATCH],
            [essence(each) for each in said],
            [digest for _, digest in part],
        )
        kept = []
        for row, candidates in enumerate(memory.look_up(prints)):
            own = Original(prints.ids[row], said[row])
            choice = choose(own, candidates, original_of)
            if choice is None:
                kept.append(row)
                known[own.key] = own
            else:
                known[own.key] = choice.original
                folding.roots[UUID(bytes=own.key)] = UUID(bytes=choice.original.key)
        memory.add(prints, kept)
    folding.seconds = time.process_time() - began
    return folding


def _fill(memory: Originals) -> None:
    """A million originals that nobody will copy."""
    chance = random.Random(3)
    for start in range(0, _CAPACITY, 5_000):
        numbers = range(start, start + 5_000)
        essences = [f"{chance.getrandbits(400):x}" for _ in numbers]
        ids = [UUID(int=(1 << 100) + number) for number in numbers]
        hashes = [f"{chance.getrandbits(128):032x}" for _ in numbers]
        memory.add(take_prints(ids, essences, hashes), range(len(ids)))


def _made_up(count: int) -> list[str]:
    """Different posts of the bench, none a repost."""
    texts = (post["text"] for post in Writer(5, "made").posts(count * 2))
    return list(dict.fromkeys(fold(text) for text in texts if "//@" not in text))[:count]


def _real() -> Iterator[tuple[str, list[str]]]:
    """Texts of others, long enough for likeness to mean something, each once."""
    for name, file in (
        ("Weibo", "zh-covid-weibo.jsonl.gz"),
        ("Chinese comment", "zh-cold.jsonl.gz"),
        ("English tweet", "en-tweeteval-other.jsonl.gz"),
    ):
        path = _UNLABELLED / file
        if not path.exists():
            say(f"No figures for {name} texts: {path} is not here")
            continue
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts = (fold(json.loads(line)["text"]) for line in lines)
            said = dict.fromkeys(text for text in texts if _says_enough(text))
        yield name, list(said)[:_TEXTS]


def _says_enough(text: str) -> bool:
    """Twenty characters of Chinese, or sixty letters, without topics and names."""
    return sum(1 if letter > "\u2e80" else 1 / 3 for letter in essence(text)) >= 20


def _suffix(text: str, chance: random.Random) -> str:
    return text + chance.choice(_SUFFIXES)


def _punctuation(text: str, chance: random.Random) -> str:
    marks = [
        chance.choice(_MARKS) if mark in _MARKS and chance.random() < 0.5 else mark for mark in text
    ]
    return "".join(marks) + chance.choice(_MARKS) * chance.randint(0, 3)


def _swapped(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(text) // 50)):
        place = chance.randrange(len(text) - 1)
        letters[place : place + 2] = reversed(letters[place : place + 2])
    return "".join(letters)


def _slips(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(text) * 3 // 100)):
        place = chance.randrange(len(text))
        letters[place] = chance.choice(_SLIPS[letters[place] < "\u2e80"])
    return "".join(letters)


def _cut(text: str, chance: random.Random) -> str:
    return text[: len(text) * 9 // 10]


_ALTERATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "with a suffix": _suffix,
    "other punctuation": _punctuation,
    "2 % of characters swapped": _swapped,
    "3 % of characters mistyped": _slips,
    "cut to 90 %": _cut,
}
