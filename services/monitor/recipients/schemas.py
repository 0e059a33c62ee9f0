"""Shapes of the recipients API."""

from datetime import datetime, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from services.monitor.notices.schemas import Language
from services.monitor.recipients.models import AlertRecipient
from shared.contracts.levels import WarningLevel
from shared.schemas import Line, RequestShape, ResponseShape, Slug


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone like Asia/Shanghai") from error
    return name


def _minute(value: str) -> str:
    time.fromisoformat(value)
    return value


# The name of a time zone in the IANA database, and a time of day.
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Minute = Annotated[
    str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), AfterValidator(_minute)
]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class QuietIn(RequestShape):
    """When somebody is not to be told; past midnight where it ends no later than it begins."""

    begins: Minute = Field(examples=["22:00"])
    ends: Minute = Field(examples=["07:00"])
    days: list[Day] = Field(default_factory=list, description="On which it begins; empty: all")
    breaks_through: WarningLevel = Field(
        default=WarningLevel.ORANGE, description="From this level on they are told all the same"
    )


class ContactIn(RequestShape):
    """A channel by which somebody is reached. `to` is kept sealed and never shown again; left out
    in a change, what was there stays."""

    channel: Slug = Field(examples=["mail"])
    to: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x20\x7f]+$", max_length=300)] | None = (
        Field(
            default=None,
            description="Their address there, where the channel needs one",
            examples=["duty@example.com"],
        )
    )
    from_level: WarningLevel = Field(
        default=WarningLevel.BLUE, description="Told by this channel from this level on"
    )


class RecipientNew(RequestShape):
    """A person who is told, as an administrator describes them."""

    display_name: Line = Field(examples=["Duty officer"])
    language: Language = Language.CHINESE
    zone: Zone = Field(default="Asia/Shanghai", examples=["Asia/Shanghai"])
    quiet: QuietIn | None = Field(default=None, description="Quiet hours; who is on duty has none")
    contacts: list[ContactIn] = Field(default_factory=list, max_length=10)
    enabled: StrictBool = True
    sample: StrictBool = False

    @model_validator(mode="after")
    def _each_channel_once(self) -> Self:
        channels = [contact.channel for contact in self.contacts]
        if len(set(channels)) < len(channels):
            raise ValueError("contacts: a channel stands there twice")
        return self


class ContactOut(ResponseShape):
    """A channel by which somebody is reached, without their address there."""

    channel: str
    addressed: bool = Field(description="An address of theirs is kept")
    from_level: WarningLevel


class RecipientOut(ResponseShape):
    """A person who is told. Its ETag is `version`."""

    name: str = Field(description="User name, as groups and rosters have it")
    display_name: str
    language: Language
    zone: str
    quiet: dict[str, Any] | None
    contacts: list[ContactOut]
    enabled: bool
    sample: bool
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, row: AlertRecipient) -> "RecipientOut":
        """The shape of a row, without addresses."""
        facts = {name: getattr(row, name) for name in cls.model_fields if name != "contacts"}
        contacts = [
            ContactOut(
                channel=contact["channel"],
                addressed=contact["to"] is not None,
                from_level=contact["from_level"],
            )
            for contact in row.contacts
        ]
        return cls(**facts, contacts=contacts)


class Recipients(ResponseShape):
    """All recipients, by name."""

    items: list[RecipientOut]
