"""Endpoints of users and keys."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from gateway.access import permissions_of
from gateway.identity import service
from gateway.identity.models import Key, User
from gateway.identity.schemas import (
    KeyNew,
    KeyOut,
    KeyShown,
    MeOut,
    UserChange,
    UserNew,
    UserOut,
)
from shared.auth import Caller, allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, Session, TransactionalRoute, room_router
from shared.paging import PageQuery
from shared.schemas import Page, Slug, check_version, etag

Editor = Annotated[Actor, allow(Permission.EDIT_USERS)]


class ShownOnceRoute(TransactionalRoute):
    """An answer with a secret in it is never kept for a repetition: it would lie in the database
    where every room can read it. A repeated call makes another key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the transaction."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            scope = request.scope
            scope["headers"] = [item for item in scope["headers"] if item[0] != b"idempotency-key"]
            return await handle(Request(scope, request.receive))

        return handle_once


me = room_router("/me", "users")
users = room_router("/users", "users")
keys = room_router("/keys", "keys")
new_keys = room_router("/keys", "keys")
new_keys.route_class = ShownOnceRoute


@me.get("", operation_id="me_get")
async def get_me(session: Session, actor: Caller) -> MeOut:
    """Who the caller is, and what they may do."""
    user = await service.get_user(session, actor.id.removeprefix("user:"))
    return MeOut(
        id=actor.id,
        name=user.name,
        display_name=user.display_name,
        kind=user.kind,
        roles=user.roles,
        groups=user.groups,
        permissions=sorted(permissions_of(user.roles)),
    )


@users.post("", status_code=201, operation_id="users_create")
async def create_user(new: UserNew, session: Session, response: Response, _: Editor) -> UserOut:
    """Let somebody in."""
    return _shown(await service.create_user(session, new), response)


@users.get("", operation_id="users_list")
async def list_users(session: Session, page: PageQuery, _: Editor) -> Page[UserOut]:
    """All users, newest first."""
    rows, cursor = await page.rows(session, select(User), User.id)
    return Page(items=[UserOut.model_validate(row) for row in rows], next_cursor=cursor)


@users.get("/{name}", operation_id="users_get")
async def get_user(name: Slug, session: Session, response: Response, _: Editor) -> UserOut:
    """One user."""
    return _shown(await service.get_user(session, name), response)


@users.patch("/{name}", operation_id="users_change")
async def change_user(
    name: Slug,
    change: UserChange,
    session: Session,
    runtime: CurrentRuntime,
    response: Response,
    _: Editor,
    if_match: Annotated[str | None, Header(description="The ETag of the user as read")] = None,
) -> UserOut:
    """Change a user's name, roles or groups, or shut them out. It holds at once."""
    user = await service.get_user(session, name, lock=True)
    check_version(if_match, user.version)
    changed = await service.change_user(session, user, change)
    runtime.resources.callers.forget_after(session)
    return _shown(changed, response)


@new_keys.post("", status_code=201, operation_id="keys_create")
async def create_key(new: KeyNew, session: Session, _: Editor) -> KeyShown:
    """Make an API key. Its secret is shown in this answer and never again."""
    user = await service.get_user(session, new.user, lock=True)
    key, secret = await service.create_key(session, user, new.name, new.expires_at)
    return KeyShown(**key_out(key).model_dump(), key=secret)


@keys.get("", operation_id="keys_list")
async def list_keys(
    session: Session,
    page: PageQuery,
    _: Editor,
    user: Annotated[Slug | None, Query(description="Only this user's")] = None,
) -> Page[KeyOut]:
    """All API keys, newest first, revoked ones included; never their secrets."""
    query = select(Key).join(Key.user).options(joinedload(Key.user))
    if user is not None:
        query = query.where(User.name == user)
    rows, cursor = await page.rows(session, query, Key.id)
    return Page(items=[key_out(row) for row in rows], next_cursor=cursor)


@keys.delete("/{key_id}", status_code=204, operation_id="keys_revoke")
async def revoke_key(
    key_id: UUID, session: Session, runtime: CurrentRuntime, _: Editor
) -> Response:
    """End an API key, and the sessions opened with it. It holds at once."""
    await service.revoke_key(session, key_id)
    runtime.resources.callers.forget_after(session)
    return Response(status_code=204)


def key_out(key: Key) -> KeyOut:
    """A key as the API shows it; its user must be loaded."""
    return KeyOut(
        id=key.id,
        user=key.user.name,
        name=key.name,
        hint=key.hint,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def _shown(user: User, response: Response) -> UserOut:
    response.headers["ETag"] = etag(user.version)
    return UserOut.model_validate(user)
