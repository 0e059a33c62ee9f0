"""The table of channels."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import DateTime, Integer, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.db import enum_text

# Ways out that are always there: the console, and the webhook of the settings.
CONSOLE, SETTINGS_WEBHOOK = "console", "webhook"


class ChannelKind(StrEnum):
    """How a channel sends: to the robot of a group chat, by the address that the chat shows for it;
    by apprise, which knows e-mail, SMS, Slack and a hundred others by one URL; or by a signed POST
    of our own to a program."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    APPRISE = "apprise"
    WEBHOOK = "webhook"


class AlertChannel(MonitorModel, kw_only=True):
    """A way to people. `address` and `secret` are sealed: they are read by the worker that sends,
    and shown to nobody. `service` is what may be shown of the address.

    An address with `{to}` in it reaches a person by their own address there.
    """

    __tablename__ = "alert_channels"

    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[ChannelKind] = mapped_column(enum_text(ChannelKind))
    address: Mapped[str] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text, default=None)
    service: Mapped[str] = mapped_column(Text)
    personal: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(8), default="zh-CN")
    enabled: Mapped[bool] = mapped_column(default=True)
    sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, init=False)
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), init=False
    )

    __mapper_args__ = {"version_id_col": version}
