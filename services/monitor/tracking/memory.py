"""What the tracker remembers between batches, and how it knows that this is still true."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.duplicates.folding import CopyMemory
from services.monitor.recent import Recent
from services.monitor.stories.frequencies import Frequencies
from services.monitor.stories.grouping import Grouping, GroupingPost, GroupingSettings
from services.monitor.stories.models import StoryChange, StoryRecord, Tracking
from services.monitor.stories.story import Story
from services.monitor.tracking.statements import FIND_MOVED
from services.monitor.tracking.tracked import Tracked
from services.monitor.tracking.watch_memory import WatchMemory
from services.monitor.warnings.levels import WarningState
from services.monitor.warnings.models import WarningRecord
from shared.contracts.posts import CollectedPost
from shared.folding import fold
from shared.ids import new_id

# Stories held in memory; each takes up to 30 KB. The longest silent leave first.
_MOST_STORIES = 2_000

_GROUPING = GroupingSettings(most_stories=_MOST_STORIES)

# Takes the lock on the one row, which the first who comes makes.
_HOLD = text("""
INSERT INTO monitor.tracking (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 1
RETURNING token, base, regrouped, now() AS at
""")
_LEAVE = update(Tracking).where(Tracking.id == 1)

# After more changes than this between two batches, everything is read anew.
_MOST_FOLLOWED = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post went: its story, and the watches that asked for it."""

    story_id: UUID
    watches: tuple[UUID, ...]


def place_key(platform: str, external_id: str) -> str:
    """What a post is known by, to those that repeat it."""
    return f"{platform}\n{external_id}"


@dataclass
class Memory(WatchMemory):
    """Stories, watches and word frequencies of one worker.

    Whoever tracks holds the one row of `monitor.tracking` until the end of its transaction, and
    leaves a new token there. A memory whose token is not the one in the row was overtaken, or
    belongs to a transaction that never committed: it is read anew.
    """

    token: UUID | None = None
    grouping: Grouping = field(default_factory=lambda: Grouping(lambda: str(new_id()), _GROUPING))
    tracked: dict[UUID, Tracked] = field(default_factory=dict)
    # Where a post went, by platform and external id: its reposts follow it.
    places: Recent[str, Place] = field(default_factory=Recent)
    copies: CopyMemory = field(default_factory=CopyMemory)
    # Stories that a post came to after they were let go of.
    _strange: set[UUID] = field(default_factory=set)

    async def hold(self, session: AsyncSession) -> datetime:
        """Become the one who tracks until the end of the transaction, with a true memory; returns
        when that began, by the database's clock."""
        written = (await session.execute(_HOLD)).one()
        if self.token is not None and written.base == self.token:
            await self._follow(session, [UUID(each) for each in written.regrouped])
        elif written.token is None or written.token != self.token:
            await self._read_stories(session)
        await self.read_watches(session)
        await self._leave(session, base=None, regrouped=None)
        at: datetime = written.at
        return at

    async def hold_some(self, session: AsyncSession, stories: Iterable[UUID], change: UUID) -> None:
        """Become the one who tracks for one `change` of these stories, knowing nothing else.

        The memory that tracked before will follow the change instead of reading all anew.
        """
        written = (await session.execute(_HOLD)).one()
        await self._read_stories(session, stories)
        await self.read_watches(session)
        regrouped = [*(written.regrouped or []), str(change)]
        many = len(regrouped) > _MOST_FOLLOWED
        base = None if many else written.base or written.token
        await self._leave(session, base=base, regrouped=regrouped)

    def story(self, story_id: UUID) -> Tracked:
        """The story of this id; a new one where grouping has just made it."""
        tracked = self.tracked.get(story_id)
        if tracked is None:
            tracked = self.tracked[story_id] = Tracked(story_id)
            if self.grouping.get(str(story_id)) is None:
                self._strange.add(story_id)
        return tracked

    async def recall(self, session: AsyncSession) -> None:
        """Add what was counted before of stories that were let go of, and are spoken of again."""
        if not self._strange:
            return
        query = select(StoryRecord).where(StoryRecord.id.in_(self._strange))
        for story_id, before in (await _tracked(session, await _records(session, query))).items():
            self.tracked[story_id].recall(before)
        self._strange.clear()

    def place_of_parent(self, post: CollectedPost) -> Place | None:
        """Where the post went that this one repeats or answers, as far as memory knows."""
        if not post.parent_external_id:
            return None
        return self.places.get(place_key(post.platform, post.parent_external_id))

    def place_of(self, post: CollectedPost) -> Place | None:
        """Where an earlier revision of the post went, as far as memory knows."""
        return self.places.get(place_key(post.platform, post.external_id))

    def remember(self, post: CollectedPost, place: Place) -> None:
        """Note where a post went."""
        self.places.remember(place_key(post.platform, post.external_id), place)

    def forget_silent(self) -> None:
        """Let go of the stories that grouping let go of."""
        if len(self.tracked) > 2 * _MOST_STORIES:
            self.tracked = {
                story_id: tracked
                for story_id, tracked in self.tracked.items()
                if self.grouping.get(str(story_id)) is not None or tracked.warning is not None
            }

    def merge(self, into: UUID, other: UUID) -> None:
        """Let one story go on as a part of another."""
        self.grouping.merge(str(into), str(other))
        self.places.revise(
            lambda place: replace(place, story_id=into) if place.story_id == other else place
        )
        absorbed = self.tracked.pop(other, None)
        if absorbed is not None and into in self.tracked:
            self.tracked[into].absorb(absorbed)

    async def _leave(
        self, session: AsyncSession, *, base: UUID | None, regrouped: list[str] | None
    ) -> None:
        self.token = new_id()
        await session.execute(
            _LEAVE.values(token=self.token, base=base, regrouped=regrouped),
            execution_options={"synchronize_session": False},
        )

    async def _follow(self, session: AsyncSession, changes: Sequence[UUID]) -> None:
        """Take over what was regrouped elsewhere: the stories as they are, the posts where they
        went."""
        found = (
            await session.scalars(select(StoryChange).where(StoryChange.id.in_(changes)))
        ).all()
        touched = {story_id for change in found for story_id in (change.story_id, change.other_id)}
        # Where a merge stands, all that went to the one goes to the other: no post need be known.
        parted = [change.id for change in found if not change.merges]
        for story_id in touched:
            self.grouping.let_go(str(story_id))
            self.tracked.pop(story_id, None)
        records = await _records(session, select(StoryRecord).where(StoryRecord.id.in_(touched)))
        for record in records:
            if record.merged_into is not None:
                self.merge(record.merged_into, record.id)
            elif record.profile:
                self.grouping.put(Story.from_state(record.profile))
        standing = [record for record in records if record.merged_into is None]
        self.tracked |= await _tracked(session, standing)
        for row in await session.execute(FIND_MOVED, {"changes": parted}):
            key = place_key(row.platform, row.external_id)
            self.places.remember(key, Place(row.story_id, tuple(row.watch_ids)))
            self.grouping.move(
                GroupingPost(
                    id=key,
                    at=0.0,
                    text=row.text,
                    folded=fold(row.text),
                    text_hash=row.text_hash and row.text_hash.hex,
                ),
                str(row.story_id),
            )
        session.expunge_all()

    async def _read_stories(
        self, session: AsyncSession, only: Iterable[UUID] | None = None
    ) -> None:
        wanted = select(StoryRecord).where(StoryRecord.merged_into.is_(None))
        if only is not None:
            wanted = wanted.where(StoryRecord.id.in_(list(only)))
        records = await _records(
            session, wanted.order_by(StoryRecord.last_received_at.desc()).limit(_MOST_STORIES)
        )
        frequencies = await session.scalar(select(Tracking.frequencies))
        self.grouping = Grouping(
            lambda: str(new_id()),
            _GROUPING,
            Frequencies.from_state(frequencies) if frequencies else None,
            [Story.from_state(record.profile) for record in records if record.profile],
        )
        self.tracked = await _tracked(session, records)
        self.places = Recent()
        self.copies.stale = True
        # The rows are not needed any more, and this session lives for one batch only.
        session.expunge_all()


async def _records(session: AsyncSession, query: Select[StoryRecord]) -> Sequence[StoryRecord]:
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def _tracked(session: AsyncSession, records: Sequence[StoryRecord]) -> dict[UUID, Tracked]:
    """Stories of the record, with the state of their warnings."""
    warned = await session.scalars(
        select(WarningRecord).where(WarningRecord.story_id.in_([record.id for record in records]))
    )
    states = {
        warning.story_id: WarningState.from_state(warning.judged)
        for warning in warned
        if warning.judged is not None
    }
    return {record.id: Tracked.of(record, states.get(record.id)) for record in records}
