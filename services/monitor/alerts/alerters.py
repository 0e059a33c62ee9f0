"""What takes an alert out of the house: one try of one alert, on whichever channel."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.alerts.links import link_of
from services.monitor.alerts.models import Alert
from services.monitor.channels.apprise_sending import AppriseError, notify
from services.monitor.channels.models import AlertChannel, ChannelKind
from services.monitor.channels.robots import ROBOTS, Order, RobotBusyError, robot_of, speak
from services.monitor.channels.service import ADDRESS, SECRET, TO
from services.monitor.channels.webhook import WebhookError, post, refusal
from services.monitor.notices.rendering import ZONE, letter_of
from services.monitor.recipients.models import AlertRecipient
from services.monitor.recipients.service import CONTACT
from services.monitor.sources.address_guard import AddressRefusedError
from shared.sealing import SealBroken, Sealer
from shared.settings import Settings
from shared.signatures import read_secret


class AlertError(Exception):
    """The alert did not arrive, or nobody knows; the message says how it failed."""


class ReceiverBusyError(AlertError):
    """The receiver was told too much, and takes nothing for a while (`rests`)."""

    def __init__(self, message: str, rests: timedelta) -> None:
        super().__init__(message)
        self.rests = rests


@dataclass(frozen=True, slots=True)
class Parcel:
    """An alert with all that one try needs: opened, so it goes nowhere but out."""

    alert_id: UUID
    event_id: UUID
    channel: str
    kind: ChannelKind | None
    address: str
    secret: str | None
    language: str
    message: Mapping[str, Any]
    acknowledge_url: str | None
    zone: str = ZONE
    mobiles: tuple[str, ...] = ()


class Alerter(Protocol):
    """A way to people outside the console."""

    async def send(self, parcel: Parcel) -> None:
        """Make one try.

        Raises:
            AlertError: it did not arrive.
        """
        ...


class WebhookAlerter:
    """The webhook of the settings: it is the operator's own, and may lie inside."""

    def __init__(self, client: httpx.AsyncClient, url: str, *, key: bytes | None = None) -> None:
        self._client = client
        self._url = url
        self._key = key

    async def send(self, parcel: Parcel) -> None:
        """Send the message; any 2xx means that it arrived."""
        try:
            await post(
                self._client,
                self._url,
                parcel.message,
                message_id=str(parcel.event_id),
                key=self._key,
            )
        except WebhookError as error:
            raise AlertError(str(error)) from error


class ChannelAlerter:
    """Sends on the channels that administrators keep: to addresses that they typed, so each is
    checked when it is connected to. `client` goes through a guarded transport."""

    def __init__(self, client: httpx.AsyncClient, *, allow_private: bool) -> None:
        self._client = client
        self._allow_private = allow_private

    async def send(self, parcel: Parcel) -> None:
        """Send the message, in the form that the channel takes."""
        try:
            if parcel.kind is ChannelKind.WEBHOOK:
                await post(
                    self._client,
                    parcel.address,
                    parcel.message,
                    message_id=str(parcel.event_id),
                    key=read_secret(parcel.secret) if parcel.secret else None,
                )
                return
            letter = letter_of(
                parcel.message,
                parcel.language,
                zone=parcel.zone,
                acknowledge_url=parcel.acknowledge_url,
            )
            robot = ROBOTS.get(parcel.kind) if parcel.kind else None
            if robot:
                order = Order(letter, parcel.secret, parcel.mobiles, time.time())
                await speak(self._client, robot, parcel.address, order)
                return
            await notify(
                parcel.address,
                title=letter.title,
                forms=letter.forms(),
                allow_private=self._allow_private,
            )
        except AddressRefusedError as error:
            raise AlertError(refusal(error)) from error
        except RobotBusyError as error:
            raise ReceiverBusyError(str(error), error.rests) from error
        except (WebhookError, AppriseError) as error:
            raise AlertError(str(error)) from error


async def pack(session: AsyncSession, alert: Alert, settings: Settings) -> Parcel:
    """Look up how the alert reaches its recipient, as things stand at this try.

    Raises:
        AlertError: its channel or its recipient is not there any more, or is switched off.
        Conflict: there is no key that opens addresses.
    """
    channel = await session.get(AlertChannel, alert.channel)
    if channel is None or not channel.enabled:
        raise AlertError(f"The channel {alert.channel} is not configured any more.")
    sealer = Sealer.of(settings)
    language, zone, link = channel.language, ZONE, None
    address = _open(sealer, channel.address, ADDRESS)
    if alert.recipient:
        person = await session.get(AlertRecipient, alert.recipient)
        if person is None or not person.enabled:
            raise AlertError(f"{alert.recipient} is not told any more.")
        language, zone = person.language, person.zone
        to = next(
            (each["to"] for each in person.contacts if each["channel"] == alert.channel), None
        )
        if channel.personal and to is None:
            raise AlertError(f"{alert.recipient} has no address on {alert.channel} any more.")
        if to is not None:
            address = address.replace(TO, quote(_open(sealer, to, CONTACT), safe=""))
        if alert.step:
            link = link_of(sealer, alert.id, public_url=settings.public_url)
    kind, mobiles = channel.kind, tuple[str, ...]()
    secret = _open(sealer, channel.secret, SECRET) if channel.secret else None
    if kind is ChannelKind.APPRISE and (robot := robot_of(address)):
        kind, address, secret, mobiles = robot
    return Parcel(
        alert_id=alert.id,
        event_id=alert.event_id,
        channel=alert.channel,
        kind=kind,
        address=address,
        secret=secret,
        language=language,
        message=alert.message | ({"acknowledge_url": link} if link else {}),
        acknowledge_url=link,
        zone=zone,
        mobiles=mobiles,
    )


def _open(sealer: Sealer, sealed: str, purpose: str) -> str:
    try:
        return sealer.open(sealed, purpose)
    except SealBroken as error:
        raise AlertError(str(error)) from error
