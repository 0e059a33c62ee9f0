"""Use cases of recipients."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.channels.models import CONSOLE, AlertChannel
from services.monitor.recipients.models import AlertRecipient
from services.monitor.recipients.schemas import RecipientNew
from shared.errors import Invalid, NotFound
from shared.rows import lock_row
from shared.schemas import check_version
from shared.sealing import Sealer
from shared.settings import Settings

CONTACT = "alert contact"


async def list_recipients(session: AsyncSession) -> Sequence[AlertRecipient]:
    """All recipients, by name."""
    return (await session.scalars(select(AlertRecipient).order_by(AlertRecipient.name))).all()


async def get_recipient(session: AsyncSession, name: str) -> AlertRecipient:
    """One recipient.

    Raises:
        NotFound: nobody of this name is told.
    """
    recipient = await session.get(AlertRecipient, name)
    if recipient is None:
        raise NotFound(f"There is no recipient of alerts named {name}.")
    return recipient


async def put_recipient(
    session: AsyncSession, name: str, new: RecipientNew, if_match: str | None, settings: Settings
) -> tuple[AlertRecipient, bool]:
    """Create the recipient, or change them; addresses that are left out stay.

    Returns the recipient and whether they are new.

    Raises:
        Invalid: a channel does not exist, or needs an address of theirs.
        Conflict: there is no key to seal with.
        PreconditionRequired, PreconditionFailed: they exist, and another version was meant.
    """
    recipient = await lock_row(session, AlertRecipient, name)
    if recipient is not None:
        check_version(if_match, recipient.version)
    earlier = {
        contact["channel"]: contact["to"] for contact in (recipient.contacts if recipient else ())
    }
    values = new.model_dump(mode="json") | {
        "contacts": await _contacts(session, new, earlier, settings)
    }
    fresh = recipient is None
    if recipient is None:
        recipient = AlertRecipient(name=name, **values)
        session.add(recipient)
    else:
        for field, value in values.items():
            setattr(recipient, field, value)
    await session.flush()
    await session.refresh(recipient)
    return recipient, fresh


async def remove_recipient(session: AsyncSession, name: str) -> None:
    """Forget a person and their addresses.

    Raises:
        NotFound: nobody of this name is told.
    """
    await session.delete(await get_recipient(session, name))


async def _contacts(
    session: AsyncSession, new: RecipientNew, earlier: dict[str, str | None], settings: Settings
) -> list[dict[str, Any]]:
    named = [contact.channel for contact in new.contacts]
    rows = await session.scalars(select(AlertChannel).where(AlertChannel.slug.in_(named)))
    channels = {row.slug: row for row in rows}
    contacts: list[dict[str, Any]] = []
    for place, contact in enumerate(new.contacts):
        channel = channels.get(contact.channel)
        if channel is None and contact.channel != CONSOLE:
            raise Invalid(
                f"/contacts/{place}/channel: there is no channel named {contact.channel}."
            )
        personal = channel is not None and channel.personal
        sealed = (
            Sealer.of(settings).seal(contact.to, CONTACT)
            if contact.to is not None
            else earlier.get(contact.channel)
        )
        if personal and sealed is None:
            raise Invalid(
                f"/contacts/{place}/to: the channel {contact.channel} needs an address of theirs."
            )
        contacts.append(
            {
                "channel": contact.channel,
                "to": sealed if personal else None,
                "from_level": contact.from_level.value,
            }
        )
    return contacts
