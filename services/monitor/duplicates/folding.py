"""Which of the posts that come in repeat an earlier one: decided once, in the order of tracking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.duplicates.choosing import Choice, Original, choose
from services.monitor.duplicates.likeness import essence
from services.monitor.duplicates.originals import Candidate, Originals, Prints, take_prints
from services.monitor.duplicates.statements import (
    FIND_COPIED,
    FIND_ORIGINALS,
    FIND_PAIRS,
    RECENT_ORIGINALS,
)
from services.monitor.posts import fingerprint
from services.monitor.posts.models import CopyKind
from services.monitor.recent import Recent
from shared.contracts.posts import CollectedPost
from shared.folding import fold

# A shorter text ("[怒]", "真的假的？！") is said by many who copied nobody.
_FEWEST_BYTES = 24
# What a worker that starts reads back, newest first: enough for the copies of some hours, and read
# well within the lease of a batch.
_READ_BACK = 100_000
_READ_AT_ONCE = 5_000
_FIRST = bytes(16)
# What so many originals say is kept, those that were asked for last: some 20 MB, of long articles
# ten times as much. What older ones say is in the record.
_KEPT = 20_000


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
    """The originals that one worker knows, and what those say that were asked for last.

    `stale`: another one may have tracked posts meanwhile; what it did is read from the record.
    """

    originals: Originals = field(default_factory=Originals)
    stale: bool = True
    _read_to: bytes = _FIRST
    _said: Recent[bytes, Original] = field(default_factory=lambda: Recent(_KEPT))

    async def refresh(self, session: AsyncSession, before: UUID) -> None:
        """Read the originals that are new since the last look, older than the post `before`."""
        parts = []
        left, end, after = _READ_BACK, before, UUID(bytes=self._read_to)
        while left > 0:
            query = {"before": end, "after": after, "limit": min(left, _READ_AT_ONCE)}
            rows = (await session.execute(RECENT_ORIGINALS, query)).all()
            if not rows:
                break
            said_by = [_said(row.title, fold(row.text)) for row in reversed(rows)]
            parts.append(
                _prints(
                    [
                        (row.id, said, row.text_hash)
                        for row, said in zip(reversed(rows), said_by, strict=True)
                    ]
                )
            )
            end = rows[-1].id
            left -= len(rows)
        for prints in reversed(parts):
            self.originals.add(prints, range(len(prints.ids)))
        self._said = Recent(_KEPT)
        self.stale = False

    def add(self, prints: Prints, rows: Sequence[int]) -> None:
        """Remember those of the posts that are originals."""
        self.originals.add(prints, rows)
        self._read_to = max(self._read_to, *prints.ids)

    def add_one(self, post_id: UUID, title: str | None, text: str, text_hash: UUID | None) -> None:
        """Remember a post that people judged to be no copy."""
        said = _said(title, fold(text))
        self.originals.add(_prints([(post_id, said, text_hash.hex if text_hash else None)]), [0])

    def original_of(self, key: bytes) -> Original | None:
        """The original of a post, itself where it copied nobody, if it was asked for lately."""
        return self._said.get(key)

    def keep(self, key: bytes, original: Original) -> None:
        """Keep the original of a post for those who ask next."""
        self._said.remember(key, original)

    def forget(self, key: bytes) -> None:
        """Ask the record again of whom a post is a copy, and what it says."""
        self._said.forget(key)


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
    if memory.stale:
        await memory.refresh(session, min(post.id for post in posts))
    said_by = [_said(post.title, text) for post, text in zip(posts, folded, strict=True)]
    prints = _prints(
        [(post.id, said, post.text_hash) for post, said in zip(posts, said_by, strict=True)]
    )
    found = memory.originals.look_up(prints)
    known = await _Known.read(session, memory, posts, found)
    copies: dict[UUID, Copy] = {}
    kept: list[int] = []
    for row, (post, said) in enumerate(zip(posts, said_by, strict=True)):
        own = Original(prints.ids[row], said)
        choice = known.choose(own, found[row]) if found[row] else None
        if choice is None:
            kept.append(row)
            copies.pop(post.id, None)
            known.originals[own.key] = own
            memory.keep(own.key, own)
        else:
            copies[post.id] = _copy(choice)
            known.originals[own.key] = choice.original
            memory.forget(own.key)
    memory.add(prints, kept)
    return Folded(copies, known.before)


@dataclass
class _Known:
    """What is known of candidates and of edited posts, all by the bytes of their ids.

    `originals`: of a post, its original (itself, where it copies nobody); `before`: the same of
    edited ones until now; `separated`: pairs that people parted; `copied`: edited ones with copies.
    """

    originals: dict[bytes, Original]
    before: dict[UUID, UUID]
    separated: set[tuple[bytes, bytes]]
    copied: set[bytes]

    @classmethod
    async def read(
        cls,
        session: AsyncSession,
        memory: CopyMemory,
        posts: Sequence[CollectedPost],
        found: Sequence[Sequence[Candidate]],
    ) -> "_Known":
        known = cls({}, {}, set(), set())
        edited = sorted({post.id for post in posts if post.revision > 1})
        for post_id in edited:
            memory.forget(post_id.bytes)
        await known.read_originals(session, memory, posts, found)
        if edited:
            for row in await session.execute(FIND_PAIRS, {"id": edited}):
                if row.separated:
                    known.separated.add((row.post_id.bytes, row.original_id.bytes))
                else:
                    known.before[row.post_id] = row.original_id
            copied = await session.scalars(FIND_COPIED, {"id": edited})
            known.copied = {post_id.bytes for post_id in copied}
        return known

    async def read_originals(
        self,
        session: AsyncSession,
        memory: CopyMemory,
        posts: Sequence[CollectedPost],
        found: Sequence[Sequence[Candidate]],
    ) -> None:
        """Find out what candidates say: from memory, or else from the record."""
        sought = {candidate.key for candidates in found for candidate in candidates}
        # What is new in this batch is told in its turn.
        sought.difference_update([post.id.bytes for post in posts if post.revision == 1])
        missing = []
        for key in sought:
            original = memory.original_of(key)
            if original is None:
                missing.append(key)
            else:
                self.originals[key] = original
        if missing:
            ids = [UUID(bytes=key) for key in sorted(missing)]
            for row in await session.execute(FIND_ORIGINALS, {"id": ids}):
                original = Original(row.original_id.bytes, _said(row.title, fold(row.text)))
                self.originals[row.id.bytes] = original
        for key in sorted(self.originals):
            memory.keep(key, self.originals[key])

    def choose(self, post: Original, candidates: Sequence[Candidate]) -> Choice | None:
        """The original of a post, if it has one."""
        if post.key in self.copied:
            return None

        def original_of(candidate: Candidate) -> Original | None:
            original = self.originals.get(candidate.key)
            if original is None:
                return None  # deleted meanwhile, or later in this batch
            own = original.key == post.key
            return None if own or (post.key, original.key) in self.separated else original

        return choose(post, candidates, original_of)


def _copy(choice: Choice) -> Copy:
    kind = CopyKind.EXACT if choice.exact else CopyKind.NEAR
    return Copy(UUID(bytes=choice.original.key), kind, choice.similarity)


def _prints(posts: Sequence[tuple[UUID, str, str | None]]) -> Prints:
    return take_prints(
        [post_id for post_id, _, _ in posts],
        [essence(said) for _, said, _ in posts],
        [text_hash if _says_enough(said) else None for _, said, text_hash in posts],
    )


def _says_enough(said: str) -> bool:
    return len(said) >= _FEWEST_BYTES or len(said.encode()) >= _FEWEST_BYTES


def _said(title: str | None, folded: str) -> str:
    """What a post says; its title, where the text says nothing."""
    return fingerprint.said(folded) or (fold(title) if title else "")
