"""Tables of users, keys and sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Integer, LargeBinary, String, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gateway.models import GatewayModel
from shared.contracts.actors import ActorKind
from shared.db import enum_text
from shared.ids import new_id

_MOMENT = DateTime(timezone=True)


class User(GatewayModel, kw_only=True):
    """Somebody, or a program, that may come in. Users are deactivated and never deleted: records
    name them for years."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[ActorKind] = mapped_column(enum_text(ActorKind), default=ActorKind.PERSON)
    roles: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    groups: Mapped[list[str]] = mapped_column(JSONB, default_factory=list)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(Integer, init=False)
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)

    __mapper_args__ = {"version_id_col": version}


class Key(GatewayModel, kw_only=True):
    """An API key of a user. Only the hash of the secret is kept."""

    __tablename__ = "keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("gateway.users.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(String(16))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    # Coarse (minutes): a write for every request would cost more than the request.
    last_used_at: Mapped[datetime | None] = mapped_column(_MOMENT, init=False)
    revoked_at: Mapped[datetime | None] = mapped_column(_MOMENT, init=False)
    user: Mapped[User] = relationship(lazy="raise", init=False)


class SignedIn(GatewayModel, kw_only=True):
    """A session in the console. It ends with the key that it was opened with."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    key_id: Mapped[UUID] = mapped_column(ForeignKey("gateway.keys.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(_MOMENT, index=True)
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
