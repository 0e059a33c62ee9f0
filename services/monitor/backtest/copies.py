"""Copies among past posts, found as the tracker finds them, without a record to ask."""

from collections.abc import Sequence
from uuid import UUID

from services.monitor.duplicates.choosing import Original, choose
from services.monitor.duplicates.likeness import essence
from services.monitor.duplicates.originals import Candidate, Originals, take_prints
from services.monitor.posts.fingerprint import said, text_hash
from services.monitor.recent import Recent

# A shorter text is said by many who copied nobody.
_FEWEST_BYTES = 24
# The prints of so many originals are kept, and as many of their texts.
_CAPACITY = 50_000


class PastCopies:
    """Knows the originals so far. Takes posts in batches, in time order; each is compared with what
    came before it only."""

    def __init__(self) -> None:
        self._originals = Originals(_CAPACITY)
        # The original of a post, with the id that the caller knows it by.
        self._known: Recent[bytes, tuple[Original, str]] = Recent(_CAPACITY)
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
            own = Original(prints.ids[row], words[row])
            choice = choose(own, found, self._original_of)
            known = choice and self._known.get(choice.original.key)
            copies.append(known[1] if known else None)
            if known is None:
                kept.append(row)
            self._known.remember(own.key, known or (own, posts[row][0]))
        self._originals.add(prints, kept)
        return copies

    def _original_of(self, candidate: Candidate) -> Original | None:
        known = self._known.get(candidate.key)
        return known[0] if known else None  # forgotten, or later in this batch
