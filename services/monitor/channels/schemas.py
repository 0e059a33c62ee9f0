"""Shapes of the channels API."""

from datetime import datetime

from pydantic import Field, StrictBool

from services.monitor.channels.models import ChannelKind
from services.monitor.notices.schemas import Language
from shared.schemas import Line, RequestShape, ResponseShape


class ChannelNew(RequestShape):
    """A channel as an administrator describes it. `address` and `secret` are kept sealed and never
    shown again; left out in a change, they stay."""

    name: Line = Field(examples=["WeCom of the duty desk"])
    kind: ChannelKind = ChannelKind.APPRISE
    address: str | None = Field(
        default=None,
        min_length=3,
        max_length=2_000,
        pattern=r"^[^\x00-\x20\x7f]+$",
        description="The address of a webhook, as WeCom, DingTalk or Feishu shows it for the robot "
        "of a group; or an apprise URL, in which `{to}` stands for the address of each recipient",
        examples=["mailtos://desk:PASSWORD@smtp.example.com?from=desk@example.com&to={to}"],
    )
    secret: str | None = Field(
        default=None,
        max_length=200,
        description="Signs what a webhook gets: `whsec_` and 24 to 64 random bytes in base64; for "
        "DingTalk and Feishu the secret that is shown with the robot (加签)",
    )
    language: Language = Language.CHINESE
    enabled: StrictBool = True
    sample: StrictBool = False


class ChannelOut(ResponseShape):
    """A channel, without its address. Its ETag is `version`."""

    slug: str
    name: str
    kind: ChannelKind
    service: str = Field(
        description="What may be shown of the address", examples=["mailtos: E-Mail"]
    )
    personal: bool = Field(description="It needs an address of each recipient")
    signed: bool
    language: Language
    enabled: bool
    sample: bool
    version: int
    changed_at: datetime


class Channels(ResponseShape):
    """All channels, by slug."""

    items: list[ChannelOut]


class TestNew(RequestShape):
    """A message to see whether a channel works."""

    recipient: Line | None = Field(
        default=None, description="To this person; needed where the address has `{to}` in it"
    )
