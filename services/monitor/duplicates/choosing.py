"""Which of the candidates a post repeats, by comparing the texts themselves."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.monitor.duplicates.likeness import Words, likeness
from services.monitor.duplicates.originals import Candidate


class Original:
    """A post that copied nobody, by the bytes of its id, and what it says (`fingerprint.said`)."""

    __slots__ = ("_words", "key", "said")

    def __init__(self, key: bytes, said: str) -> None:
        self.key = key
        self.said = said
        self._words: Words | None = None

    @property
    def words(self) -> Words:
        """What it says, made ready to be compared: once for all its copies."""
        if self._words is None:
            self._words = Words.of(self.said)
        return self._words


class Choice(NamedTuple):
    """The original of a post, and how alike they are; `exact`: it has the very words."""

    original: Original
    similarity: float
    exact: bool


def choose(
    said: str, candidates: Sequence[Candidate], original_of: Callable[[Candidate], Original | None]
) -> Choice | None:
    """The original of a post that says this: one with the very words before one that is most alike.

    `original_of` tells the original of a candidate, itself where it copied nobody; None for one
    that does not count. Candidates in the order of `Originals.look_up`.
    """
    own: Words | None = None
    best: Choice | None = None
    for candidate in candidates:
        original = original_of(candidate)
        if original is None:
            continue
        if candidate.exact and candidate.key == original.key:
            return Choice(original, 1.0, exact=True)
        own = own or Words.of(said)
        similarity = likeness(original.words, own)
        if similarity > (best.similarity if best else 0.0):
            best = Choice(original, similarity, exact=False)
    return best
