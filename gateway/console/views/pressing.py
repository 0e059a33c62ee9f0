"""What needs somebody now: the most pressing clock, and what waits for the person who looks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.views.signing import permission_for
from shared.contracts.actors import Actor, Permission

_LOUD = ("orange", "red")
_RUNNING = ("issued", "acknowledged", "overdue")

Thing = Mapping[str, Any]


@dataclass(frozen=True)
class Pressing:
    """One thing that cannot wait. `kind`: command, warning or incident."""

    kind: str
    title: str
    href: str
    level: str | None = None
    text: str = ""
    begun_at: str | None = None
    due_at: str | None = None
    sample: bool = False
    drill: bool = False


def most_pressing(
    incidents: Sequence[Thing], commands: Iterable[Thing], warnings: Iterable[Thing]
) -> Pressing | None:
    """The command that is due first; else the newest loud warning that nobody took; else the newest
    incident that nobody decided on; None when all is quiet."""
    by_id = {incident.get("id"): incident for incident in incidents}
    running = [command for command in commands if command.get("state") in _RUNNING]
    if running:
        first = min(running, key=lambda command: str(command.get("due_at")))
        incident = by_id.get(first.get("incident_id"), {})
        return _of_incident(
            "command",
            {**incident, "id": first.get("incident_id")},
            text=str(first.get("text", "")),
            begun_at=first.get("issued_at"),
            due_at=first.get("due_at"),
        )
    loud = [
        warning
        for warning in warnings
        if warning.get("state") == "active" and warning.get("level") in _LOUD
    ]
    if loud:
        newest = max(loud, key=lambda warning: str(warning.get("raised_at")))
        return Pressing(
            kind="warning",
            title=str(newest.get("title", "")),
            href=f"/warnings/{newest.get('id')}",
            level=newest.get("level"),
            begun_at=newest.get("raised_at"),
            sample=bool(newest.get("sample")),
        )
    undecided = [incident for incident in incidents if incident.get("state") == "open"]
    if undecided:
        newest = max(undecided, key=lambda incident: str(incident.get("opened_at")))
        return _of_incident("incident", newest, begun_at=newest.get("opened_at"))
    return None


def _of_incident(kind: str, incident: Thing, **values: Any) -> Pressing:
    return Pressing(
        kind=kind,
        title=str(incident.get("title", "")),
        href=f"/incidents/{incident.get('id')}",
        level=incident.get("level"),
        sample=bool(incident.get("sample")),
        drill=bool(incident.get("drill")),
        **values,
    )


@dataclass(frozen=True)
class Waiting:
    """How much waits for one person, by kind."""

    statements: Sequence[Thing]
    commands: Sequence[Thing]
    warnings: Sequence[Thing]

    @property
    def total(self) -> int:
        """All of it."""
        return len(self.statements) + len(self.commands) + len(self.warnings)


def waiting_for(
    actor: Actor, statements: Iterable[Thing], commands: Iterable[Thing], warnings: Iterable[Thing]
) -> Waiting:
    """Statements whose next step the person may take, commands of their groups, open warnings."""
    return Waiting(
        statements=[
            item
            for item in statements
            if (needed := permission_for(item)) is not None and actor.may(needed)
        ],
        commands=[
            item
            for item in commands
            if item.get("state") in _RUNNING and item.get("group") in actor.groups
        ],
        warnings=[
            item
            for item in warnings
            if item.get("state") == "active" and actor.may(Permission.HANDLE_WARNINGS)
        ],
    )
