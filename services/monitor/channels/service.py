"""Use cases of channels."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.channels.apprise_sending import AppriseError, describe
from services.monitor.channels.models import CONSOLE, SETTINGS_WEBHOOK, AlertChannel, ChannelKind
from services.monitor.channels.robots import ROBOTS
from services.monitor.channels.schemas import ChannelNew
from services.monitor.channels.webhook import refusal
from services.monitor.sources.address_guard import AddressRefusedError, check_url
from shared.errors import Conflict, Invalid, NotFound
from shared.rows import lock_row
from shared.schemas import check_version
from shared.sealing import Sealer
from shared.settings import Settings
from shared.signatures import read_secret

ADDRESS, SECRET = "alert channel", "alert channel secret"
TO = "{to}"


async def list_channels(session: AsyncSession) -> Sequence[AlertChannel]:
    """All channels, by slug."""
    return (await session.scalars(select(AlertChannel).order_by(AlertChannel.slug))).all()


async def get_channel(session: AsyncSession, slug: str) -> AlertChannel:
    """One channel.

    Raises:
        NotFound: there is none of this name.
    """
    channel = await session.get(AlertChannel, slug)
    if channel is None:
        raise NotFound(f"There is no channel of alerts named {slug}.")
    return channel


async def put_channel(
    session: AsyncSession, slug: str, new: ChannelNew, if_match: str | None, settings: Settings
) -> tuple[AlertChannel, bool]:
    """Create the channel, or change it; an address that is left out stays.

    Returns the channel and whether it is new.

    Raises:
        Conflict: the name is taken by the console or the settings, or there is no key to seal with.
        Invalid: the address or the secret is none.
        PreconditionRequired, PreconditionFailed: it exists, and another version was meant.
    """
    if slug in (CONSOLE, SETTINGS_WEBHOOK):
        raise Conflict(f"The channel {slug} is always there. Choose another name.")
    channel = await lock_row(session, AlertChannel, slug)
    if channel is not None:
        check_version(if_match, channel.version)
        if channel.kind is not new.kind and new.address is None:
            raise Invalid("/address: another kind of channel needs an address of its own.")
    elif new.address is None:
        raise Invalid("/address: a new channel needs an address.")
    fresh = channel is None
    sealer = Sealer.of(settings)
    kept: dict[str, Any] = {
        "name": new.name,
        "kind": new.kind,
        "language": new.language.value,
        "enabled": new.enabled,
        "sample": new.sample,
    }
    if new.address is not None:
        kept |= {
            "address": sealer.seal(new.address, ADDRESS),
            "service": await _service_of(new.kind, new.address, settings),
            "personal": new.kind is ChannelKind.APPRISE and TO in new.address,
        }
    if new.secret is not None:
        kept["secret"] = sealer.seal(_secret(new), SECRET) if new.secret else None
    if channel is None:
        channel = AlertChannel(slug=slug, **kept)
        session.add(channel)
    else:
        for name, value in kept.items():
            setattr(channel, name, value)
    await session.flush()
    await session.refresh(channel)
    return channel, fresh


async def remove_channel(session: AsyncSession, slug: str) -> None:
    """Forget a channel and its address; rules that name it tell nobody by it.

    Raises:
        NotFound: there is none of this name.
    """
    await session.delete(await get_channel(session, slug))


async def _service_of(kind: ChannelKind, address: str, settings: Settings) -> str:
    try:
        if kind is ChannelKind.APPRISE:
            return await describe(address.replace(TO, "somebody@example.com"))
        return check_url(address, allow_private=settings.allow_private_receivers).host
    except AppriseError as error:
        raise Invalid(f"/address: {error}") from error
    except AddressRefusedError as error:
        raise Invalid(f"/address: {refusal(error)}") from error


def _secret(new: ChannelNew) -> str:
    secret = new.secret or ""
    if new.kind in ROBOTS and ROBOTS[new.kind].signs:
        return secret
    if new.kind is not ChannelKind.WEBHOOK:
        raise Invalid("/secret: only what a webhook, DingTalk or Feishu gets is signed.")
    try:
        read_secret(secret)
    except ValueError as error:
        raise Invalid(
            f"/secret: {error}. Write whsec_ and 24 to 64 random bytes in base64."
        ) from error
    return secret
