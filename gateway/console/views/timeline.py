"""The timeline in words: what is done, and what is due."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.words import N_


@dataclass(frozen=True)
class Telling:
    """How an event is told: a sentence, the fact that is quoted below it, the level it shows."""

    sentence: str
    quote: str = ""
    level: str = ""


TELLINGS: Mapping[str, Telling] = {
    "WarningRaised": Telling(N_("A warning was raised"), "title", "level"),
    "WarningLevelChanged": Telling(N_("The warning changed its level"), "title", "level"),
    "AlertSent": Telling(N_("An alert went out: %(channel)s"), "error", "level"),
    "EscalationStepped": Telling(N_("%(person)s was asked to acknowledge"), "", "level"),
    "EscalationEnded": Telling(N_("Nobody is asked any more to acknowledge: %(ending)s")),
    "WarningAcknowledged": Telling(N_("The warning was acknowledged")),
    "WarningDismissed": Telling(N_("The warning was dismissed"), "reason"),
    "WarningEnded": Telling(N_("The story calmed down")),
    "StoriesMerged": Telling(N_("Two stories were put together: %(other_title)s"), "reason"),
    "StorySplit": Telling(N_("The story was split: %(other_title)s"), "reason"),
    "StoryChangeUndone": Telling(N_("A change of the story was undone"), "reason"),
    "ReportLinked": Telling(N_("What people had reported belongs to it"), "excerpt"),
    "IncidentOpened": Telling(N_("The incident was opened"), "summary", "level"),
    "IncidentAssessed": Telling(N_("Assessed"), "what_happened"),
    "ResponseActivated": Telling(N_("The leading group activated the response"), "grounds"),
    "ActivationDeclined": Telling(N_("The leading group decided: no response"), "grounds"),
    "CommandIssued": Telling(N_("Command to %(group)s"), "text"),
    "CommandAcknowledged": Telling(N_("%(group)s confirmed receipt")),
    "CommandCompleted": Telling(N_("%(group)s reported it done"), "report"),
    "CommandOverdue": Telling(N_("A command to %(group)s is overdue")),
    "TimelineNoted": Telling(N_("Note"), "text"),
    "ResponseStoodDown": Telling(N_("The response ended"), "grounds"),
    "IncidentSubjectsChanged": Telling(N_("What the incident is about was named anew")),
    "IncidentStoryChanged": Telling(
        N_("A story of the incident was put together with another: %(other_title)s"), "reason"
    ),
    "IncidentStoryChanged split": Telling(
        N_("A story of the incident was split: %(other_title)s"), "reason"
    ),
    "IncidentStoryChanged undone": Telling(
        N_("A change of a story of the incident was undone"), "reason"
    ),
    "FollowUpBegan": Telling(N_("The matter is followed from now on"), "title"),
    "FollowUpProlonged": Telling(N_("It is followed until another day"), "reason"),
    "FollowUpEnded": Telling(N_("It is followed no more"), "reason"),
    "ReactionsMeasured": Telling(N_("Reactions to a statement"), "text"),
    "IncidentResurged": Telling(N_("The matter is back"), "text"),
    "IncidentClosed": Telling(N_("The incident was closed"), "outcome"),
    "StatementDrafted": Telling(N_("A statement was drafted, version %(version)s"), "title"),
    "StatementSubmitted": Telling(N_("The statement went into review")),
    "StatementReviewed": Telling(N_("The statement was reviewed"), "comment"),
    "StatementReviewed department": Telling(N_("The department reviewed the statement"), "comment"),
    "StatementReviewed legal": Telling(N_("Legal reviewed the statement"), "comment"),
    "StatementReturned": Telling(N_("The statement was sent back"), "comment"),
    "StatementApproved": Telling(N_("The leading group approved the statement")),
    "PublicationQueued": Telling(N_("Publication was ordered: %(channel)s")),
    "PublicationFailed": Telling(N_("Publication failed: %(channel)s"), "error"),
    "StatementPublished": Telling(N_("The statement is public: %(channel)s"), "title"),
    "StatementWithdrawn": Telling(N_("The statement was withdrawn"), "reason"),
    "CaseFileOpened": Telling(N_("The case file was opened")),
    "CompletenessChecked": Telling(N_("What the case file lacks was written down")),
    "CaseFileSealed": Telling(N_("The case file was sealed")),
}


# The facts that stand in a sentence.
_NAMED = ("version", "channel", "person", "ending", "other_title")


@dataclass(frozen=True)
class Entry:
    """One line: `sentence` is a message id that `words` go into."""

    at: str | None
    sentence: str
    words: Mapping[str, str]
    quote: str = ""
    level: str | None = None
    by: str = ""
    due: bool = False
    late: bool = False


def told_timeline(
    entries: Iterable[Mapping[str, Any]],
    commands: Iterable[Mapping[str, Any]] = (),
    groups: Mapping[str, str] | None = None,
) -> list[Entry]:
    """What happened, oldest first, and after it what is due, by its time.

    `groups` names the groups by their slugs, in the reader's language.
    """
    names = groups or {}
    done = [_told(entry, names) for entry in entries]
    due = [
        _due(command, names)
        for command in sorted(commands, key=lambda command: str(command.get("due_at")))
        if not command.get("completed_at")
    ]
    return done + due


def told_record(record: Mapping[str, Any], groups: Mapping[str, str]) -> Entry:
    """A record of a case file in the words of the timeline."""
    entry = {
        "happened_at": record.get("occurred_at"),
        "kind": record.get("kind"),
        "facts": record.get("content"),
    }
    return _told(entry, groups)


def latest(entries: Sequence[Entry], many: int = 5) -> list[Entry]:
    """The last few that are done, and all that are due."""
    done = [entry for entry in entries if not entry.due]
    return done[-many:] + [entry for entry in entries if entry.due]


def group_names(groups: Iterable[Mapping[str, Any]], language: str) -> dict[str, str]:
    """The names of the working groups by slug."""
    field = "name" if language == "en" else "name_zh"
    return {str(item.get("slug")): str(item.get(field) or item.get("slug")) for item in groups}


def _told(entry: Mapping[str, Any], names: Mapping[str, str]) -> Entry:
    kind = str(entry.get("kind", ""))
    facts = entry.get("facts") or {}
    telling = TELLINGS.get(f"{kind} {facts.get('review') or facts.get('fate')}")
    telling = telling or TELLINGS.get(kind)
    by = facts.get("by") or facts.get("opened_by") or {}
    group = str(facts.get("group", ""))
    return Entry(
        at=entry.get("happened_at"),
        # An event that this console does not know yet is named by its code.
        sentence=telling.sentence if telling else kind,
        words={
            **{name: str(facts.get(name) or "") for name in _NAMED},
            "group": names.get(group, group),
        },
        quote=str(facts.get(telling.quote) or "") if telling and telling.quote else "",
        level=facts.get(telling.level) if telling and telling.level else None,
        by=str(by.get("name", "")) if isinstance(by, Mapping) else "",
        late=kind == "CommandOverdue" or bool(facts.get("late")),
    )


def _due(command: Mapping[str, Any], names: Mapping[str, str]) -> Entry:
    group = str(command.get("group", ""))
    return Entry(
        at=command.get("due_at"),
        sentence=N_("Due: %(group)s"),
        words={"group": names.get(group, group)},
        quote=str(command.get("text") or ""),
        due=True,
        late=command.get("state") == "overdue",
    )
