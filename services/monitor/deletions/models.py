"""The table of posts that their platform does not show any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel


class PostDeletion(MonitorModel, kw_only=True):
    """A post was deleted at its source (原帖已删除).

    `cleared_at`: its words and its author were removed here too. `kept_for`: the incident whose
    evidence it is; then they stay.
    """

    __tablename__ = "post_deletions"
    __table_args__ = (
        Index(
            "deletions_to_follow",
            "noticed_at",
            postgresql_where=text("cleared_at IS NULL AND kept_for IS NULL"),
        ),
    )

    post_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor.posts.id", ondelete="CASCADE"), primary_key=True
    )
    noticed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    # The source that noticed it.
    source_id: Mapped[UUID | None]
    cleared_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    kept_for: Mapped[UUID | None] = mapped_column(default=None)
