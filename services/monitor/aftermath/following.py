"""What a worker knows of the matters that are followed, and how it recognises them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import FollowUpPost, Manner
from services.monitor.duplicates.likeness import Words, essence, likeness
from services.monitor.duplicates.originals import Originals, take_prints
from services.monitor.posts.fingerprint import said
from services.monitor.posts.models import Post
from services.monitor.stories.features import hashtags_of
from shared.folding import fold

# So many texts of all matters together, the latest: 17 MB.
_MOST_TEXTS = 100_000
# Of the ten keywords of a story, so many in one post speak of it, and fewer of its watch only.
_MOST_KEYWORDS = 6


@dataclass(frozen=True, slots=True)
class SeenPost:
    """A new post: what is asked of it is decided by its words, its story, whom it copies, and the
    addresses in it, its own among them."""

    id: UUID
    folded: str
    text_hash: str | None
    story_id: UUID
    original_id: UUID | None
    links: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Followed:
    """What is followed after an incident; `stories` where they are now."""

    incident_id: UUID
    revised_at: datetime
    stories: frozenset[UUID]
    tags: frozenset[str]
    keywords: tuple[str, ...]
    links: frozenset[str]


@dataclass
class Following:
    """The texts of what is followed. They are read once, and again where people name others."""

    _originals: Originals = field(default_factory=lambda: Originals(_MOST_TEXTS))
    _texts: dict[UUID, tuple[Words, set[UUID]]] = field(default_factory=dict)
    _known: dict[UUID, datetime] = field(default_factory=dict)

    async def refresh(self, session: AsyncSession, followed: Sequence[Followed]) -> None:
        """Read the texts of the matters that are new or were revised, forget those that ended."""
        revised = {each.incident_id: each.revised_at for each in followed}
        gone = [each for each, at in self._known.items() if revised.get(each) != at]
        self._forget(gone)
        new = [each for each in revised if each not in self._known]
        if not new:
            return
        rows = (
            await session.execute(
                select(FollowUpPost.incident_id, Post.id, Post.text, Post.text_hash)
                .join(Post, Post.id == FollowUpPost.post_id)
                .where(FollowUpPost.incident_id.in_(new))
                .order_by(Post.id)
            )
        ).all()
        if rows:
            words = [said(fold(row.text)) for row in rows]
            hashes = [row.text_hash.hex if row.text_hash else None for row in rows]
            prints = take_prints([row.id for row in rows], [essence(w) for w in words], hashes)
            self._originals.add(prints, range(len(rows)))
            for row, text in zip(rows, words, strict=True):
                known = self._texts.setdefault(row.id, (Words.of(text), set()))
                known[1].add(row.incident_id)
        self._known |= {each: revised[each] for each in new}

    def _forget(self, incidents: Sequence[UUID]) -> None:
        """A text that is looked for no more may stay among the originals: nobody is known by it."""
        for incident_id in incidents:
            del self._known[incident_id]
            for _, looking in self._texts.values():
                looking.discard(incident_id)
        if incidents:
            self._texts = {post: known for post, known in self._texts.items() if known[1]}

    def recognise(
        self, posts: Sequence[SeenPost], followed: Sequence[Followed]
    ) -> list[tuple[UUID, SeenPost, Manner]]:
        """Which of the posts speak of which matter, and how that is known."""
        if not posts:
            return []
        words = [said(post.folded) for post in posts]
        prints = take_prints(
            [post.id for post in posts],
            [essence(text) for text in words],
            [post.text_hash for post in posts],
        )
        candidates = self._originals.look_up(prints)
        found = []
        for post, text, near in zip(posts, words, candidates, strict=True):
            repeated: set[UUID] = set()
            if post.original_id in self._texts:
                repeated |= self._texts[post.original_id][1]
            for candidate in near:
                known = self._texts.get(candidate.post_id)
                if known and (candidate.exact or likeness(known[0], Words.of(text))):
                    repeated |= known[1]
            tags = frozenset(hashtags_of(post.folded))
            for each in followed:
                manner = _manner(each, post, tags, each.incident_id in repeated)
                if manner is not None:
                    found.append((each.incident_id, post, manner))
        return found


def _manner(
    followed: Followed, post: SeenPost, tags: frozenset[str], repeats: bool
) -> Manner | None:
    if repeats:
        return Manner.COPY
    if post.story_id in followed.stories:
        return Manner.STORY
    if post.links & followed.links:
        return Manner.LINK
    if tags & followed.tags:
        return Manner.HASHTAG
    if sum(word in post.folded for word in followed.keywords) >= _MOST_KEYWORDS:
        return Manner.KEYWORDS
    return None
