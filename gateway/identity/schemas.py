"""Shapes of the users and keys API."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool

from gateway.access import Role
from shared.contracts.actors import ActorKind, Permission
from shared.schemas import Line, Moment, RequestShape, ResponseShape, Slug


def _once_each(values: list[str]) -> list[str]:
    return sorted(set(values))


Roles = Annotated[list[Role], AfterValidator(_once_each), Field(max_length=20)]
Groups = Annotated[list[Slug], AfterValidator(_once_each), Field(max_length=100)]


class UserNew(RequestShape):
    """Let somebody in."""

    name: Slug = Field(examples=["lin"], description="Unique, and never given to another")
    display_name: Line = Field(examples=["林主任 Lin"])
    kind: ActorKind = Field(default=ActorKind.PERSON, description="person or program")
    roles: Roles = Field(default_factory=list, examples=[["leader"]])
    groups: Groups = Field(default_factory=list, examples=[["g1"]])


class UserChange(RequestShape):
    """Change a user; what is left out stays as it is."""

    display_name: Line | None = None
    roles: Roles | None = Field(default=None, examples=[["leader", "press_officer"]])
    groups: Groups | None = None
    active: StrictBool | None = Field(default=None, description="false shuts the user out")


class UserOut(ResponseShape):
    """A user. The ETag is `version`."""

    name: str = Field(examples=["lin"])
    display_name: str = Field(examples=["林主任 Lin"])
    kind: ActorKind
    roles: list[str] = Field(examples=[["leader"]])
    groups: list[str] = Field(examples=[["g1"]])
    active: bool = Field(examples=[True])
    version: int = Field(examples=[1])
    created_at: Moment


class MeOut(ResponseShape):
    """Who the caller is, and what they may do."""

    id: str = Field(examples=["user:lin"])
    name: str = Field(examples=["lin"])
    display_name: str = Field(examples=["林主任 Lin"])
    kind: ActorKind
    roles: list[str] = Field(examples=[["leader"]])
    groups: list[str] = Field(examples=[["g1"]])
    permissions: list[Permission]


class KeyNew(RequestShape):
    """Make an API key for a user."""

    user: Slug = Field(examples=["lin"])
    name: Line = Field(examples=["laptop"], description="What it is for")
    expires_at: Moment | None = Field(
        default=None, examples=["2027-11-01T00:00:00Z"], description="Never, where left out"
    )


class KeyOut(ResponseShape):
    """An API key, without its secret."""

    id: UUID
    user: str = Field(examples=["lin"])
    name: str = Field(examples=["laptop"])
    hint: str = Field(examples=["gsw_pX4b0a"], description="How the key begins")
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None = Field(description="To within a few minutes")
    revoked_at: Moment | None


class KeyShown(KeyOut):
    """A new API key: the one time that its secret is shown."""

    key: str = Field(examples=["gsw_pX4b0a..."])
