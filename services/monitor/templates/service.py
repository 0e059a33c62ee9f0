"""Use cases of templates."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.templates.filling import Sector, filled, templates_of
from services.monitor.templates.schemas import (
    DraftOut,
    DraftsOut,
    FillNew,
    SectorsOut,
    TemplateOut,
    TemplatesOut,
)
from services.monitor.watches.live import read_aliases
from services.monitor.watches.schemas import StrategyIn
from services.monitor.watches.service import read_new
from shared.errors import Invalid


def all_templates() -> SectorsOut:
    """The templates of all sectors."""
    return SectorsOut(
        items=[
            TemplatesOut(
                sector=sector,
                name_en=found.en,
                name_zh=found.zh,
                watches=[
                    TemplateOut(
                        code=each.code, name_en=each.en, name_zh=each.zh, words=list(each.words)
                    )
                    for each in found.watches
                ],
                exclusions=list(found.exclusions),
            )
            for sector in Sector
            for found in [templates_of(sector)]
        ]
    )


async def fill(session: AsyncSession, sector: Sector, new: FillNew) -> DraftsOut:
    """Watches of a sector for an organisation's names; nothing is saved.

    Raises:
        Invalid: there is no template of a code, or a name cannot be looked for.
    """
    found = templates_of(sector)
    known = [each.code for each in found.watches]
    for index, code in enumerate(new.watches or ()):
        if code not in known:
            raise Invalid(f"/watches/{index}: there is no template {code}; {', '.join(known)}.")
    aliases = await read_aliases(session)
    drafts = [
        DraftOut(
            template=each.code,
            name=f"{new.names[0].lstrip('@')[:100]}: {getattr(each, new.language)}",
            expression=filled(each, new.names),
            exclusions=list(found.exclusions),
            targets=[name.lstrip("@") for name in new.names],
        )
        for each in found.watches
        if new.watches is None or each.code in new.watches
    ]
    for draft in drafts:
        read_new(StrategyIn(expression=draft.expression, exclusions=draft.exclusions), aliases)
    return DraftsOut(items=drafts)
