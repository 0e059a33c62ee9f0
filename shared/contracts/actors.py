"""Who is calling, and what they may do."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Permission(StrEnum):
    """One thing an actor may do. Which role may do what is one table: `gateway/access.py`."""

    VIEW = "view"
    INGEST_POSTS = "posts:ingest"
    EDIT_SOURCES = "sources:edit"
    EDIT_WATCHES = "watches:edit"
    HANDLE_WARNINGS = "warnings:handle"
    SEND_REPORTS = "reports:send"
    SEND_PUBLIC_REPORTS = "reports:send-publicly"
    HANDLE_REPORTS = "reports:handle"
    EDIT_REPORT_LINKS = "reports:edit-links"
    WALK_PATROLS = "patrols:walk"
    EDIT_PATROLS = "patrols:edit"
    CLASSIFY = "analysis:classify"
    EDIT_MODELS = "models:edit"
    LABEL_POSTS = "labels:give"
    EXPORT_LABELS = "labels:export"
    OPEN_INCIDENTS = "incidents:open"
    ASSESS_INCIDENTS = "incidents:assess"
    ACTIVATE_RESPONSE = "incidents:activate"
    CLOSE_INCIDENTS = "incidents:close"
    ISSUE_COMMANDS = "commands:issue"
    CARRY_OUT_COMMANDS = "commands:carry-out"
    DRAFT_STATEMENTS = "statements:draft"
    REVIEW_FOR_DEPARTMENT = "statements:review-department"
    REVIEW_FOR_LEGAL = "statements:review-legal"
    APPROVE_STATEMENTS = "statements:approve"
    PUBLISH_STATEMENTS = "statements:publish"
    EDIT_TEAMS = "teams:edit"
    EDIT_ALERTS = "alerts:edit"
    READ_CASES = "cases:read"
    EXPORT_CASES = "cases:export"
    SEAL_CASES = "cases:seal"
    OPERATE = "operations"
    EDIT_USERS = "users:edit"


class ActorKind(StrEnum):
    """A person signed in, a program with a key of its own, or the system acting by rule."""

    PERSON = "person"
    PROGRAM = "program"
    SYSTEM = "system"


class ActorRef(BaseModel):
    """An actor as records remember them: enough to name who did it, years later."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    kind: ActorKind = ActorKind.PERSON


class Actor(ActorRef):
    """The caller of a request, as the gateway vouches for them."""

    groups: frozenset[str] = Field(default_factory=frozenset)
    permissions: frozenset[Permission] = Field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Tell whether this actor holds `permission`."""
        return permission in self.permissions

    @property
    def ref(self) -> ActorRef:
        """The part of the actor that events and rows keep."""
        return ActorRef(id=self.id, name=self.name, kind=self.kind)


SYSTEM = ActorRef(id="system", name="Groundswell", kind=ActorKind.SYSTEM)
