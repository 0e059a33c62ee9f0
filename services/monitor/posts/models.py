"""Tables of posts, and of what is known of each: earlier revisions, copies, opinions, what people
say of those, which watch matched it in which story, that it was deleted."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL
from sqlalchemy.orm import Mapped, mapped_column

from services.monitor.models import MonitorModel
from shared.contracts.labels import Task
from shared.db import enum_text
from shared.ids import new_id


class Post(MonitorModel, kw_only=True):
    """A published text as it reads now; one row for each id on each platform.

    `content_hash` tells whether a post that comes again was changed; `text_hash` is shared by all
    posts that say the same thing in the same words (`fingerprint.py`), and is none for a post that
    says nothing of its own.
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("platform", "external_id", name="posts_once_per_platform"),
        Index("posts_by_text", "text_hash"),
        Index(
            "posts_by_source",
            "source_id",
            "id",
            postgresql_where=text("source_id IS NOT NULL"),
        ),
        # An account that ends takes its posts along: their ids begin with the account's.
        Index(
            "posts_of_bluesky",
            "external_id",
            postgresql_ops={"external_id": "text_pattern_ops"},
            postgresql_where=text("platform = 'bluesky'"),
        ),
        Index(
            "posts_by_publication",
            "published_at",
            postgresql_using="brin",
            postgresql_with={"autosummarize": "on"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    platform: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    text_hash: Mapped[UUID | None] = mapped_column(default=None)
    title: Mapped[str | None] = mapped_column(Text, default=None)
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text, default=None)
    author: Mapped[str | None] = mapped_column(Text, default=None)
    author_followers: Mapped[int | None] = mapped_column(BigInteger, default=None)
    parent_external_id: Mapped[str | None] = mapped_column(Text, default=None)
    language: Mapped[str | None] = mapped_column(Text, default=None)
    region: Mapped[str | None] = mapped_column(Text, default=None)
    engagement: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    source_id: Mapped[UUID | None] = mapped_column(default=None)
    # `shared.contracts.posts.PostOrigin`, where people brought it.
    origin: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class PostRevision(MonitorModel, kw_only=True):
    """How a post read before it was edited."""

    __tablename__ = "post_revisions"
    __table_args__ = (PrimaryKeyConstraint("post_id", "revision"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("monitor.posts.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(Integer)
    title: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class CopyKind(StrEnum):
    """How a post repeats another: in the very words, or nearly."""

    EXACT = "exact"
    NEAR = "near"


class PostCopy(MonitorModel, kw_only=True):
    """A post that says what an earlier one said (转载、近似重复): its original, and how alike.

    An original is no copy itself. A pair that people separated stays here with `separated_at`, and
    is not folded again.
    """

    __tablename__ = "post_copies"
    __table_args__ = (
        PrimaryKeyConstraint("post_id", "original_id"),
        Index(
            "copy_of_one_original",
            "post_id",
            unique=True,
            postgresql_where=text("separated_at IS NULL"),
        ),
        Index("copies_of_original", "original_id", "post_id"),
    )

    post_id: Mapped[UUID]
    original_id: Mapped[UUID]
    kind: Mapped[CopyKind] = mapped_column(enum_text(CopyKind))
    similarity: Mapped[float] = mapped_column(REAL)
    found_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )
    separated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class CopyJudgement(MonitorModel, kw_only=True):
    """A person judged whether a post is a copy: the log, never changed."""

    __tablename__ = "copy_judgements"
    __table_args__ = (Index("judgements_of_post", "post_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=new_id)
    post_id: Mapped[UUID]
    original_id: Mapped[UUID]
    is_copy: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), init=False
    )


class PostOpinion(MonitorModel, kw_only=True):
    """The opinion in the newest analysed revision of a post, as the analysis room told it.

    A table of its own: posts are written once and fast, and this comes later. `said_sentiment` and
    `said_emotion` are what a person last said of this very revision: then that counts instead.
    """

    __tablename__ = "post_opinions"

    post_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    sentiment: Mapped[str] = mapped_column(Text)
    sentiment_confidence: Mapped[float] = mapped_column(REAL)
    sentiment_unsure: Mapped[bool]
    emotion: Mapped[str] = mapped_column(Text)
    emotion_confidence: Mapped[float] = mapped_column(REAL)
    emotion_unsure: Mapped[bool]
    engine: Mapped[str] = mapped_column(Text)
    release: Mapped[str] = mapped_column(Text)
    said_sentiment: Mapped[str | None] = mapped_column(Text, default=None)
    said_emotion: Mapped[str | None] = mapped_column(Text, default=None)


class PostLabel(MonitorModel, kw_only=True):
    """What a person says of a revision of a post, as long as they stand by it."""

    __tablename__ = "post_labels"
    __table_args__ = (Index("labels_of_post", "post_id"),)

    label_id: Mapped[UUID] = mapped_column(primary_key=True)
    post_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(Integer)
    task: Mapped[Task] = mapped_column(enum_text(Task))
    target: Mapped[str | None] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    labelled_by: Mapped[dict[str, Any]] = mapped_column(JSONB)
    labelled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Mention(MonitorModel, kw_only=True):
    """A post matched by a watch (命中), and the story it belongs to.

    `published_at` and `platform` repeat the post's, so that counting needs no join. `copy`: the
    post repeats another one (none where it was matched before that was written down).
    """

    __tablename__ = "mentions"
    __table_args__ = (
        PrimaryKeyConstraint("watch_id", "post_id"),
        Index("mentions_of_post", "post_id"),
        Index("mentions_of_story", "story_id", "post_id"),
        Index("mentions_by_time", "published_at"),
    )

    watch_id: Mapped[UUID]
    post_id: Mapped[UUID]
    story_id: Mapped[UUID]
    terms: Mapped[list[str]] = mapped_column(JSONB)
    platform: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    copy: Mapped[bool | None] = mapped_column(default=None)


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
