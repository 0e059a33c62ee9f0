"""What a worker knows of the matters that are followed, and how it recognises them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import FollowUp, FollowUpPost, Manner
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
    """A new post: what is asked of it is decided by its words, its story, and whom it copies."""

    id: UUID
    folded: str
    text_hash: str | None
    story_id: UUID
    original_id: UUID | None


@dataclass
class Following:
    """The texts of what is followed. They are read once, and kept: incidents end seldom."""

    _originals: Originals = field(default_factory=lambda: Originals(_MOST_TEXTS))
    _texts: dict[UUID, tuple[Words, set[UUID]]] = field(default_factory=dict)
    _known: set[UUID] = field(default_factory=set)

    async def refresh(self, session: AsyncSession, follow_ups: Sequence[FollowUp]) -> None:
        """Read the texts of the matters that are new."""
        new = [each.incident_id for each in follow_ups if each.incident_id not in self._known]
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
        self._known.update(new)

    def recognise(
        self, posts: Sequence[SeenPost], follow_ups: Sequence[FollowUp]
    ) -> list[tuple[FollowUp, SeenPost, Manner]]:
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
            for follow_up in follow_ups:
                manner = _manner(follow_up, post, tags, follow_up.incident_id in repeated)
                if manner is not None:
                    found.append((follow_up, post, manner))
        return found


def _manner(
    follow_up: FollowUp, post: SeenPost, tags: frozenset[str], repeats: bool
) -> Manner | None:
    if repeats:
        return Manner.COPY
    if post.story_id == follow_up.story_id:
        return Manner.STORY
    if tags.intersection(follow_up.tags):
        return Manner.HASHTAG
    if sum(word in post.folded for word in follow_up.keywords) >= _MOST_KEYWORDS:
        return Manner.KEYWORDS
    return None


def by_story(sightings: Sequence[Any]) -> UUID:
    """The story that most of the sightings are in; the older one where two are even."""
    counts: dict[UUID, int] = defaultdict(int)
    for sighting in sightings:
        counts[sighting.story_id] += 1
    return min(counts, key=lambda story: (-counts[story], story))
