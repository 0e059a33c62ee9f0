"""Which of the candidates a post repeats, by comparing the texts themselves."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.monitor.duplicates.likeness import COMPARED_CHARACTERS, Words, likeness
from services.monitor.duplicates.originals import Candidate


class Original:
    """A post that copied nobody, as far as is known, by the bytes of its id, and what it says.

    Of a long text only the beginning is held, as much as is compared.
    """

    __slots__ = ("_length", "_read", "_words", "key")

    def __init__(self, key: bytes, said: str) -> None:
        """`said`: its words, by `fingerprint.said`."""
        self.key = key
        self._length = len(said)
        self._read = said[:COMPARED_CHARACTERS]
        self._words: Words | None = None

    @property
    def words(self) -> Words:
        """What it says, made ready to be compared: once for all that may be its copies."""
        if self._words is None:
            self._words = Words.of(self._read)
        return self._words

    def says_what(self, other: "Original") -> bool:
        """Tells whether it says what another one says, as far as both are held."""
        return self._length == other._length and self._read == other._read


class Choice(NamedTuple):
    """The original of a post, and how alike they are; `exact`: it has the very words."""

    original: Original
    similarity: float
    exact: bool


def choose(
    post: Original,
    candidates: Sequence[Candidate],
    original_of: Callable[[Candidate], Original | None],
) -> Choice | None:
    """The original of a post: one with the very words before one that is most alike.

    `original_of` tells the original of a candidate, itself where it copied nobody; None for one
    that does not count. Candidates in the order of `Originals.look_up`.
    """
    best: Choice | None = None
    for candidate in candidates:
        original = original_of(candidate)
        if original is None:
            continue
        # Not by the hash alone: it may be of what an edited post said before.
        if candidate.exact and original.says_what(post):
            return Choice(original, 1.0, exact=True)
        similarity = likeness(original.words, post.words)
        if similarity > (best.similarity if best else 0.0):
            best = Choice(original, similarity, exact=False)
    return best
