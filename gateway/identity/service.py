"""Use cases of users and keys. Each runs in the caller's transaction and commits nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from gateway.access import Role
from gateway.identity.models import Key, User
from gateway.identity.schemas import UserChange, UserNew
from gateway.identity.secrets import Kind, digest, hint, new_secret
from shared.contracts.actors import ActorKind
from shared.db import database_now
from shared.errors import Conflict, Invalid, NotFound
from shared.ids import new_id

ADMINISTRATOR = "admin"
BOOTSTRAP = "bootstrap"


async def create_user(session: AsyncSession, new: UserNew) -> User:
    """Let somebody in.

    Raises:
        Conflict: the name is taken. Invalid: a user cannot be the system.
    """
    if new.kind is ActorKind.SYSTEM:
        raise Invalid("/kind: a user is a person or a program.")
    # One statement decides: of two that create the same name, one gets the Conflict.
    created: User | None = await session.scalar(
        insert(User)
        .values(id=new_id(), version=1, active=True, **new.model_dump())
        .on_conflict_do_nothing(index_elements=[User.name])
        .returning(User)
    )
    if created is None:
        raise Conflict(f"There is a user named {new.name} already.")
    return created


async def get_user(session: AsyncSession, name: str, *, lock: bool = False) -> User:
    """The user of this name.

    Raises:
        NotFound: there is none.
    """
    query = select(User).where(User.name == name)
    user = await session.scalar(query.with_for_update() if lock else query)
    if user is None:
        raise NotFound(f"There is no user named {name}.")
    return user


async def change_user(session: AsyncSession, user: User, change: UserChange) -> User:
    """Change a locked user.

    Raises:
        Conflict: nobody would be left who may let people in.
    """
    for name, value in change.model_dump(exclude_none=True).items():
        setattr(user, name, value)
    await session.flush()
    if not await session.scalar(
        select(exists().where(User.active, User.roles.contains([Role.ADMINISTRATOR])))
    ):
        raise Conflict("This is the last administrator: give the role to somebody else first.")
    return user


async def create_key(
    session: AsyncSession, user: User, name: str, expires_at: datetime | None = None
) -> tuple[Key, str]:
    """Make a key. Returns it and its secret, which is kept nowhere.

    Raises:
        Conflict: the user is not active. Invalid: it would have expired already.
    """
    if not user.active:
        raise Conflict(f"{user.name} is not active.")
    if expires_at is not None and expires_at <= await database_now(session):
        raise Invalid("/expires_at: this has passed already.")
    secret = new_secret(Kind.KEY)
    key = Key(
        user_id=user.id,
        name=name,
        hint=hint(secret),
        secret_hash=digest(secret),
        expires_at=expires_at,
    )
    key.user = user
    session.add(key)
    await session.flush()
    await session.refresh(key, ["created_at", "last_used_at", "revoked_at"])
    return key, secret


async def revoke_key(session: AsyncSession, key_id: UUID) -> Key:
    """End a key, and the sessions that were opened with it. A second time changes nothing.

    Raises:
        NotFound: there is none with this id.
    """
    key = await session.get(
        Key, key_id, options=[joinedload(Key.user)], with_for_update={"of": Key}
    )
    if key is None:
        raise NotFound("There is no key with this id.")
    if key.revoked_at is None:
        key.revoked_at = await database_now(session)
    return key


async def opens(session: AsyncSession, secret: str, name: str) -> bool:
    """Whether `secret` is a valid key of the active user `name`."""
    found = await session.scalar(
        select(
            exists().where(
                Key.secret_hash == digest(secret),
                Key.revoked_at.is_(None),
                Key.expires_at.is_(None),
                Key.user_id == User.id,
                User.name == name,
                User.active,
                User.roles.contains([Role.ADMINISTRATOR]),
            )
        )
    )
    return bool(found)


async def bootstrap_key(session: AsyncSession) -> str:
    """A key of the first administrator, who is created or let in again. Earlier bootstrap keys end:
    whoever makes a new one has lost the old."""
    await session.execute(
        insert(User)
        .values(
            id=new_id(),
            name=ADMINISTRATOR,
            display_name="Administrator 管理员",
            kind=ActorKind.PERSON,
            roles=[],
            groups=[],
            active=True,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=[User.name])
    )
    user = await get_user(session, ADMINISTRATOR, lock=True)
    user.active = True
    user.roles = sorted({*user.roles, Role.ADMINISTRATOR})
    await session.execute(
        update(Key)
        .where(Key.user_id == user.id, Key.name == BOOTSTRAP, Key.revoked_at.is_(None))
        .values(revoked_at=await database_now(session))
    )
    _, secret = await create_key(session, user, BOOTSTRAP)
    return secret
