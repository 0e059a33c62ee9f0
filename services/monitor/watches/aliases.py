"""Use cases of aliases: the spellings of a target, kept once for all watches."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.watches.expression import alias_key
from services.monitor.watches.live import read_aliases, strategy_of
from services.monitor.watches.mistakes import ExpressionError
from services.monitor.watches.models import Alias, Watch
from services.monitor.watches.schemas import AliasNew
from shared.errors import Conflict, Invalid
from shared.folding import fold
from shared.rows import find_row
from shared.schemas import check_version


async def create_alias(session: AsyncSession, new: AliasNew) -> Alias:
    """Keep the spellings of a target; expressions that say `@name` find them from now on.

    Raises:
        Conflict: there is an alias of this name, or a watch would become too long.
    """
    alias = Alias(key=_key(new), name=new.name, spellings=new.spellings)
    await _check(session, alias.key, new, None)
    session.add(alias)
    await session.flush()
    await session.refresh(alias)
    return alias


async def change_alias(
    session: AsyncSession, alias_id: UUID, new: AliasNew, if_match: str | None
) -> Alias:
    """Change the spellings of a target. Without any, `@name` finds the name alone.

    Raises:
        NotFound, PreconditionRequired, PreconditionFailed, Conflict.
    """
    alias = await get_alias(session, alias_id)
    check_version(if_match, alias.version)
    await _check(session, _key(new), new, alias)
    alias.key, alias.name, alias.spellings = _key(new), new.name, new.spellings
    await session.flush()
    await session.refresh(alias)
    return alias


async def get_alias(session: AsyncSession, alias_id: UUID) -> Alias:
    """One alias.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Alias, alias_id, "alias")


def _key(new: AliasNew) -> str:
    key = alias_key(new.name)
    if not key:
        raise Invalid("/name: there is nothing to look for in this name.")
    for index, spelling in enumerate(new.spellings):
        if not fold(spelling):
            raise Invalid(f"/spellings/{index}: there is nothing to look for in this spelling.")
    return key


async def _check(session: AsyncSession, key: str, new: AliasNew, old: Alias | None) -> None:
    namesake = await session.scalar(select(Alias.id).where(Alias.key == key))
    if namesake is not None and (old is None or namesake != old.id):
        raise Conflict(f"There is an alias named {new.name} already.")
    aliases = await read_aliases(session)
    if old is not None:
        del aliases[old.key]
    aliases[key] = new.spellings
    for watch in await session.scalars(select(Watch)):
        try:
            strategy_of(watch, aliases)
        except ExpressionError as error:
            raise Conflict(f"The watch {watch.name} could not be read then: {error}") from error
