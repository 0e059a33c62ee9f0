"""How the files of one exporter are read (导入预设): said once, used by name."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.imports.models import ImportPreset
from services.monitor.imports.schemas import PresetNew
from shared.errors import NotFound
from shared.schemas import check_version


async def list_presets(session: AsyncSession) -> list[ImportPreset]:
    """All presets, by name."""
    return list(await session.scalars(select(ImportPreset).order_by(ImportPreset.name)))


async def get_preset(session: AsyncSession, name: str) -> ImportPreset:
    """One preset.

    Raises:
        NotFound: there is none of this name.
    """
    preset = await _find(session, name)
    if preset is None:
        raise NotFound(f"There is no preset {name!r} for imports.")
    return preset


async def put_preset(
    session: AsyncSession, name: str, new: PresetNew, if_match: str | None
) -> tuple[ImportPreset, bool]:
    """Keep a preset, and whether it is a new one.

    Raises:
        PreconditionRequired, PreconditionFailed: it is there, and is not as the caller read it.
    """
    preset = await _find(session, name)
    created = preset is None
    if preset is None:
        preset = ImportPreset(name=name, **new.model_dump())
        session.add(preset)
    else:
        check_version(if_match, preset.version)
        for field, value in new.model_dump().items():
            setattr(preset, field, value)
    await session.flush()
    await session.refresh(preset)
    return preset, created


async def remove_preset(session: AsyncSession, name: str) -> None:
    """Forget a preset; imports that were made with it keep what they read.

    Raises:
        NotFound: there is none of this name.
    """
    await session.delete(await get_preset(session, name))


async def _find(session: AsyncSession, name: str) -> ImportPreset | None:
    found: ImportPreset | None = await session.scalar(
        select(ImportPreset).where(ImportPreset.name == name)
    )
    return found
