"""`groundswell user` and `groundswell key`: who may come in, straight on the database."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from gateway.access import Role
from gateway.identity import service
from gateway.identity.models import Key, User
from gateway.identity.schemas import UserChange, UserNew
from shared.contracts.actors import ActorKind
from shared.contracts.rooms import Room
from shared.db import Database
from shared.errors import GroundswellError, Invalid
from shared.problems import from_validation
from shared.settings import load_settings

T = TypeVar("T")

key = typer.Typer(help="API keys.", no_args_is_help=True)
user = typer.Typer(help="Local users.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The user's name")]


@key.command("bootstrap")
def bootstrap(
    out: Annotated[Path, typer.Option(help="The file that holds the key, mode 600")],
) -> None:
    """Make the administrator and a key in a file; a valid one that is there already is kept."""
    kept = _read(out)
    if kept and _run(lambda session: service.opens(session, kept, service.ADMINISTRATOR)):
        typer.echo(f"{out} holds a valid key of {service.ADMINISTRATOR}.")
        return
    _write(out, _run(service.bootstrap_key))
    typer.echo(f"{out} holds a new key of {service.ADMINISTRATOR}.")


@key.command("create")
def create_key(
    owner: Annotated[str, typer.Option("--user", help="Whose key")],
    name: Annotated[str, typer.Option(help="What it is for")],
    expires_at: Annotated[
        datetime | None, typer.Option(help="Local time; never where left out", show_default=False)
    ] = None,
) -> None:
    """Make a key and print it: the one time that it is shown."""

    async def create(session: AsyncSession) -> str:
        holder = await service.get_user(session, owner, lock=True)
        until = expires_at.astimezone() if expires_at else None
        return (await service.create_key(session, holder, name, until))[1]

    typer.echo(_run(create))


@key.command("list")
def list_keys() -> None:
    """All keys, newest first; never their secrets."""

    async def load(session: AsyncSession) -> list[Key]:
        query = select(Key).options(joinedload(Key.user)).order_by(Key.id.desc())
        return list(await session.scalars(query))

    table = Table("Id", "User", "Name", "Begins", "Created", "Expires", "Last used", "Revoked")
    for found in _run(load):
        moments = (found.created_at, found.expires_at, found.last_used_at, found.revoked_at)
        table.add_row(
            str(found.id), found.user.name, found.name, found.hint, *map(_moment, moments)
        )
    Console().print(table)


@key.command("revoke")
def revoke_key(key_id: Annotated[UUID, typer.Argument(help="The key's id")]) -> None:
    """End a key: within five seconds it opens nothing any more."""
    revoked = _run(lambda session: service.revoke_key(session, key_id))
    typer.echo(f"{revoked.hint}… of {revoked.user.name} is revoked.")


@user.command("create")
def create_user(
    name: Name,
    display_name: Annotated[str, typer.Option(help="As people know them")] = "",
    role: Annotated[list[Role] | None, typer.Option(help="May be given several times")] = None,
    group: Annotated[list[str] | None, typer.Option(help="May be given several times")] = None,
    program: Annotated[bool, typer.Option(help="A program, not a person")] = False,
) -> None:
    """Let somebody in."""
    new = _valid(
        UserNew,
        {
            "name": name,
            "display_name": display_name or name,
            "kind": ActorKind.PROGRAM if program else ActorKind.PERSON,
            "roles": role or [],
            "groups": group or [],
        },
    )
    created = _run(lambda session: service.create_user(session, new))
    typer.echo(f"{created.name} may come in. Make a key: groundswell key create --user {name}")


@user.command("list")
def list_users() -> None:
    """All users by name."""

    async def load(session: AsyncSession) -> list[User]:
        return list(await session.scalars(select(User).order_by(User.name)))

    table = Table("Name", "Known as", "Kind", "Roles", "Groups", "Active")
    for found in _run(load):
        table.add_row(
            found.name,
            found.display_name,
            found.kind,
            " ".join(found.roles),
            " ".join(found.groups),
            "yes" if found.active else "no",
        )
    Console().print(table)


@user.command("deactivate")
def deactivate(name: Name) -> None:
    """Shut somebody out: their keys and sessions end within five seconds."""

    async def shut_out(session: AsyncSession) -> None:
        found = await service.get_user(session, name, lock=True)
        await service.change_user(session, found, UserChange(active=False))

    _run(shut_out)
    typer.echo(f"{name} is shut out.")


def _run(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    settings = load_settings(Room.GATEWAY)

    async def run() -> T:
        database = Database.of(settings, role="cli")
        try:
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(run())


def _valid(shape: type[T], values: dict[str, object]) -> T:
    try:
        return TypeAdapter(shape).validate_python(values)
    except ValidationError as error:
        raise Invalid(str(from_validation(error.errors()))) from error


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise GroundswellError(f"{file} cannot be read: {error}.") from error


def _write(file: Path, secret: str) -> None:
    """Put the secret into the file at once and whole: nobody ever reads half of it, and nobody
    else may read it at all."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(secret + "\n")
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise GroundswellError(f"{file} cannot be written: {error.strerror}.") from error
