"""Copies among past posts, found as the tracker finds them, without a record to ask."""

from collections.abc import Sequence
from uuid import UUID

from services.monitor.duplicates.likeness import Words, essence, likeness
from services.monitor.duplicates.originals import Candidate, Originals, take_prints
from services.monitor.posts.fingerprint import said, text_hash
from services.monitor.stories.recent import Recent

# A shorter text is said by many who copied nobody.
_FEWEST_BYTES = 24
# The prints of so many originals are kept, and as many of their texts.
_CAPACITY = 50_000


class PastCopies:
    """Knows the originals so far. Takes posts in batches, in time order; each is compared with what
    came before it only."""

    def __init__(self) -> None:
        self._originals = Originals(_CAPACITY)
        self._texts: Recent[str, tuple[str, str]] = Recent(_CAPACITY)
        self._count = 0

    def originals(self, posts: Sequence[tuple[str, str]]) -> list[str | None]:
        """Returns for each post (id, folded text) the id of the one that it copies, if any."""
        if not posts:
            return []
        words = [said(folded) for _, folded in posts]
        ids = [UUID(int=self._count + row + 1) for row in range(len(posts))]
        self._count += len(posts)
        hashes = [
            text_hash(folded) if len(own.encode()) >= _FEWEST_BYTES else None
            for (_, folded), own in zip(posts, words, strict=True)
        ]
        prints = take_prints(ids, [essence(own) for own in words], hashes)
        copies: list[str | None] = []
        kept = []
        for row, found in enumerate(self._originals.look_up(prints)):
            original = self._choose(words[row], found)
            copies.append(original[0] if original else None)
            if original is None:
                kept.append(row)
            self._texts.remember(str(ids[row]), original or (posts[row][0], words[row]))
        self._originals.add(prints, kept)
        return copies

    def _choose(self, words: str, found: Sequence[Candidate]) -> tuple[str, str] | None:
        """One with the very words before one that is most alike."""
        best, best_likeness = None, 0.0
        for candidate in found:
            original = self._texts.get(str(candidate.post_id))
            if original is None:  # forgotten, or later in this batch
                continue
            if candidate.exact:
                return original
            alike = likeness(Words.of(original[1]), Words.of(words))
            if alike > best_likeness:
                best, best_likeness = original, alike
        return best
