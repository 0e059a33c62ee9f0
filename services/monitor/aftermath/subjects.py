"""What incidents are about, and where that is now: stories are merged and split meanwhile."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.aftermath.models import IncidentSubject
from services.monitor.reports.links import link_key
from services.monitor.stories.models import ChangeKind, StoryChange, StoryRecord
from services.monitor.warnings.models import WarningRecord
from shared.contracts.actors import ActorRef
from shared.contracts.aftermath import IncidentStoryChanged, StoryFate, Subject, SubjectKind
from shared.contracts.incidents import IncidentOpened
from shared.events import emit


@dataclass(frozen=True, slots=True)
class Matter:
    """What an incident is about: stories where they are now, posts, keys of links and the links."""

    stories: tuple[UUID, ...]
    posts: tuple[UUID, ...]
    links: tuple[str, ...]


def of_opening(opened: IncidentOpened) -> tuple[Subject, ...]:
    """What a new incident is about; the versions before 0.2.0 told the warning or story alone."""
    if opened.subjects:
        return opened.subjects
    if opened.warning_id is not None:
        return (Subject(kind=SubjectKind.WARNING, ref=str(opened.warning_id)),)
    if opened.story_id is not None:
        return (Subject(kind=SubjectKind.STORY, ref=str(opened.story_id)),)
    return ()


async def keep(session: AsyncSession, incident_id: UUID, subjects: Iterable[Subject]) -> None:
    """Know what an incident is about; its warnings know their incident.

    Of a story that went into another one meanwhile, the response is told where it is.
    """
    named = list(dict.fromkeys(subjects))
    await session.execute(delete(IncidentSubject).where(IncidentSubject.incident_id == incident_id))
    if named:
        await session.execute(
            insert(IncidentSubject),
            [{"incident_id": incident_id, "kind": each.kind, "ref": each.ref} for each in named],
        )
    warned = [UUID(each.ref) for each in named if each.kind is SubjectKind.WARNING]
    await session.execute(
        update(WarningRecord)
        .where(WarningRecord.incident_id == incident_id, WarningRecord.id.not_in(warned))
        .values(incident_id=None)
    )
    await session.execute(
        update(WarningRecord)
        .where(WarningRecord.id.in_(warned), WarningRecord.incident_id.is_(None))
        .values(incident_id=incident_id)
    )
    await _tell_merged(
        session, incident_id, [UUID(each.ref) for each in named if each.kind is SubjectKind.STORY]
    )


async def matter_of(session: AsyncSession, incident_id: UUID) -> Matter:
    """What an incident is about, as far as the monitor knows it."""
    subjects = (
        await session.scalars(
            select(IncidentSubject).where(IncidentSubject.incident_id == incident_id)
        )
    ).all()
    of_warnings = await session.scalars(
        select(WarningRecord.story_id).where(WarningRecord.incident_id == incident_id)
    )
    named = {UUID(each.ref) for each in subjects if each.kind is SubjectKind.STORY}
    roots = await roots_of(session, named | set(of_warnings))
    return Matter(
        stories=tuple(sorted(set(roots.values()))),
        posts=tuple(UUID(each.ref) for each in subjects if each.kind is SubjectKind.POST),
        links=tuple(
            sorted({link_key(each.ref) for each in subjects if each.kind is SubjectKind.LINK})
        ),
    )


async def incidents_of(session: AsyncSession, story_id: UUID) -> set[UUID]:
    """The incidents that grew out of a story, or name it or one that went into it."""
    warned = await session.scalars(
        select(WarningRecord.incident_id).where(
            WarningRecord.story_id == story_id, WarningRecord.incident_id.is_not(None)
        )
    )
    naming = await _naming_stories(session)
    roots = await roots_of(session, {named for _, named in naming})
    found = {incident_id for incident_id, named in naming if roots.get(named) == story_id}
    return found | {each for each in warned if each is not None}


_ROOTS = text("""
WITH RECURSIVE went AS (
    SELECT id AS named_id, id, merged_into FROM monitor.stories WHERE id = ANY(:ids)
    UNION ALL
    SELECT went.named_id, story.id, story.merged_into
    FROM went JOIN monitor.stories AS story ON story.id = went.merged_into
)
SELECT named_id, id FROM went WHERE merged_into IS NULL
""")


async def roots_of(session: AsyncSession, stories: Collection[UUID]) -> dict[UUID, UUID]:
    """Where each of these stories is now: itself, or the one that it went into, however often."""
    if not stories:
        return {}
    rows = await session.execute(_ROOTS, {"ids": list(stories)})
    return {row.named_id: row.id for row in rows}


async def tell_incidents(
    session: AsyncSession, change: StoryChange, fate: StoryFate, by: ActorRef
) -> None:
    """Tell each incident that names one of the stories of a change where that is now."""
    naming = await _naming_stories(session)
    roots = await roots_of(session, {named for _, named in naming})
    for incident_id, story_id in naming:
        if roots.get(story_id) in (change.story_id, change.other_id):
            await _emit(session, incident_id, story_id, roots[story_id], change, fate, by)


async def _naming_stories(session: AsyncSession) -> list[tuple[UUID, UUID]]:
    """Each incident that names a story, with that: some, as people open some incidents a week."""
    rows = await session.execute(
        select(IncidentSubject.incident_id, IncidentSubject.ref)
        .where(IncidentSubject.kind == SubjectKind.STORY)
        .order_by(IncidentSubject.incident_id, IncidentSubject.ref)
    )
    return [(row.incident_id, UUID(row.ref)) for row in rows]


async def _tell_merged(session: AsyncSession, incident_id: UUID, stories: list[UUID]) -> None:
    roots = await roots_of(session, stories)
    for story_id in stories:
        if roots.get(story_id, story_id) == story_id:
            continue
        change = await session.scalar(
            select(StoryChange)
            .join(StoryRecord, StoryRecord.id == story_id)
            .where(
                StoryChange.other_id == story_id,
                StoryChange.story_id == StoryRecord.merged_into,
            )
            .order_by(StoryChange.id.desc())
            .limit(1)
        )
        if change is not None:
            undone = change.kind is ChangeKind.SPLIT
            by = ActorRef.model_validate(change.undone_by if undone else change.made_by)
            fate = StoryFate.UNDONE if undone else StoryFate.MERGED
            await _emit(session, incident_id, story_id, roots[story_id], change, fate, by)


async def _emit(
    session: AsyncSession,
    incident_id: UUID,
    named_id: UUID,
    story_id: UUID,
    change: StoryChange,
    fate: StoryFate,
    by: ActorRef,
) -> None:
    undone = change.undone_reason if fate is StoryFate.UNDONE else None
    await emit(
        session,
        IncidentStoryChanged(
            incident_id=incident_id,
            named_id=named_id,
            story_id=story_id,
            title=change.story_title,
            fate=fate,
            change_id=change.id,
            other_id=change.other_id,
            other_title=change.other_title,
            posts=change.posts,
            reason=undone or change.reason,
            by=by,
        ),
    )
