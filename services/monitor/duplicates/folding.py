"""Which of the posts that come in repeat an earlier one: decided once, in the order of tracking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.duplicates.likeness import Words, essence, likeness
from services.monitor.duplicates.originals import Candidate, Originals, Prints, take_prints
from services.monitor.duplicates.statements import (
    FIND_COPIED,
    FIND_ORIGINALS,
    FIND_PAIRS,
    RECENT_ORIGINALS,
)
from services.monitor.posts.fingerprint import said
from services.monitor.posts.models import CopyKind
from shared.contracts.posts import CollectedPost
from shared.folding import fold

# A shorter text ("[怒]", "真的假的？！") is said by many who copied nobody.
_FEWEST_BYTES = 24
# What a worker that starts reads back, newest first: enough for the copies of some hours, and read
# well within the lease of a batch.
_READ_BACK = 100_000
_READ_AT_ONCE = 5_000
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Copy:
    """What a post repeats; `similarity`: 1 where one is wholly in the other."""

    original_id: UUID
    kind: CopyKind
    similarity: float


@dataclass(frozen=True, slots=True)
class Folded:
    """The copies among some posts, by id; `before`: the originals of edited ones until now."""

    copies: Mapping[UUID, Copy]
    before: Mapping[UUID, UUID]


@dataclass
class CopyMemory:
    """The originals that one worker knows.

    `stale`: another one may have tracked posts meanwhile; what it added is read from the record.
    """

    originals: Originals = field(default_factory=Originals)
    stale: bool = True
    _read_to: UUID = _FIRST

    async def refresh(self, session: AsyncSession, before: UUID) -> None:
        """Read the originals that are new since the last look, older than the post `before`."""
        if not self.stale:
            return
        parts = []
        left, end = _READ_BACK, before
        while left > 0:
            query = {"before": end, "after": self._read_to, "limit": min(left, _READ_AT_ONCE)}
            rows = (await session.execute(RECENT_ORIGINALS, query)).all()
            if not rows:
                break
            parts.append(
                _prints(
                    [(row.id, _said(row.title, row.text), row.text_hash) for row in reversed(rows)]
                )
            )
            end = rows[-1].id
            left -= len(rows)
        for prints in reversed(parts):
            self.originals.add(prints, range(len(prints.ids)))
        self.stale = False

    def look_up(self, prints: Prints) -> list[list[Candidate]]:
        """The originals that these posts may repeat."""
        return self.originals.look_up(prints)

    def add(self, prints: Prints, rows: Sequence[int]) -> None:
        """Remember those of the posts that are originals."""
        self.originals.add(prints, rows)
        self._read_to = max(self._read_to, *prints.ids)

    def add_one(self, post_id: UUID, title: str | None, text: str, text_hash: UUID | None) -> None:
        """Remember a post that people judged to be no copy."""
        words = _said(title, text)
        self.originals.add(_prints([(post_id, words, text_hash.hex if text_hash else None)]), [0])


async def find_copies(
    session: AsyncSession,
    memory: CopyMemory,
    posts: Sequence[CollectedPost],
    folded: Sequence[str],
) -> Folded:
    """Tell which posts, with their folded texts, are copies of earlier ones; remember the others.

    An edited post is a revision, no copy of what it was. A post that has copies stays an original,
    and a pair that people separated is not folded again.
    """
    if not posts:
        return Folded({}, {})
    await memory.refresh(session, min(post.id for post in posts))
    said_by = [_words(post.title, text) for post, text in zip(posts, folded, strict=True)]
    prints = _prints(
        [(post.id, words, post.text_hash) for post, words in zip(posts, said_by, strict=True)]
    )
    found = memory.look_up(prints)
    known = await _Known.read(session, posts, found)
    copies: dict[UUID, Copy] = {}
    kept: list[int] = []
    for row, (post, words) in enumerate(zip(posts, said_by, strict=True)):
        copy = known.choose(post.id, words, found[row]) if found[row] else None
        if copy is None:
            kept.append(row)
            known.originals[post.id] = post.id, words
            copies.pop(post.id, None)
        else:
            copies[post.id] = copy
            known.originals[post.id] = copy.original_id, known.originals[copy.original_id][1]
    memory.add(prints, kept)
    return Folded(copies, known.before)


@dataclass
class _Known:
    """What the record says of candidates and of edited posts.

    `originals`: of a post, its original (itself, where it copies nobody) and what that says.
    """

    originals: dict[UUID, tuple[UUID, str]]
    before: dict[UUID, UUID]
    separated: set[tuple[UUID, UUID]]
    copied: set[UUID]

    @classmethod
    async def read(
        cls,
        session: AsyncSession,
        posts: Sequence[CollectedPost],
        found: Sequence[Sequence[Candidate]],
    ) -> "_Known":
        known = cls({}, {}, set(), set())
        sought = {candidate.post_id for candidates in found for candidate in candidates}
        sought -= {post.id for post in posts if post.revision == 1}
        if sought:
            for row in await session.execute(FIND_ORIGINALS, {"id": sorted(sought)}):
                known.originals[row.id] = row.original_id, _said(row.title, row.text)
        # The texts of originals that were reached through their copies.
        known.originals |= {
            original: (original, words) for original, words in list(known.originals.values())
        }
        edited = sorted({post.id for post in posts if post.revision > 1})
        if edited:
            for row in await session.execute(FIND_PAIRS, {"id": edited}):
                if row.separated:
                    known.separated.add((row.post_id, row.original_id))
                else:
                    known.before[row.post_id] = row.original_id
            known.copied = set((await session.scalars(FIND_COPIED, {"id": edited})).all())
        return known

    def choose(self, post_id: UUID, words: str, candidates: Sequence[Candidate]) -> Copy | None:
        """The original of a post: one with the very words before one that is most alike."""
        if post_id in self.copied:
            return None
        best: Copy | None = None
        for candidate in candidates:
            if candidate.post_id not in self.originals:
                continue  # deleted meanwhile, or later in this batch
            original, text = self.originals[candidate.post_id]
            if original == post_id or (post_id, original) in self.separated:
                continue
            if candidate.exact and candidate.post_id == original:
                return Copy(original, CopyKind.EXACT, 1.0)
            similarity = likeness(_prepared(text), _prepared(words))
            if similarity > (best.similarity if best else 0.0):
                best = Copy(original, CopyKind.NEAR, similarity)
        return best


@lru_cache(maxsize=5_000)
def _prepared(text: str) -> Words:
    """A text, made ready to be compared: once for all the batches in which its copies come."""
    return Words.of(text)


def _prints(posts: Sequence[tuple[UUID, str, str | None]]) -> Prints:
    return take_prints(
        [post_id for post_id, _, _ in posts],
        [essence(words) for _, words, _ in posts],
        [
            text_hash if len(words.encode()) >= _FEWEST_BYTES else None
            for _, words, text_hash in posts
        ],
    )


# An original is compared with many copies, batch after batch; folding is what costs then.
@lru_cache(maxsize=20_000)
def _said(title: str | None, text: str) -> str:
    return _words(title, fold(text))


def _words(title: str | None, folded: str) -> str:
    return said(folded) or (fold(title) if title else "")
