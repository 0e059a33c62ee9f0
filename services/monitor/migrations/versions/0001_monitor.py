"""Posts, opinions, watches, mentions, stories, warnings, tracking."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("watch_id", "post_id"),
        schema="monitor",
    )
    op.create_index(
        "mentions_by_time", "mentions", ["published_at"], unique=False, schema="monitor"
    )
    op.create_index("mentions_of_post", "mentions", ["post_id"], unique=False, schema="monitor")
    op.create_index(
        "mentions_of_story", "mentions", ["story_id", "post_id"], unique=False, schema="monitor"
    )
    op.create_table(
        "post_opinions",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("sentiment_confidence", sa.REAL(), nullable=False),
        sa.Column("sentiment_unsure", sa.Boolean(), nullable=False),
        sa.Column("emotion", sa.Text(), nullable=False),
        sa.Column("emotion_confidence", sa.REAL(), nullable=False),
        sa.Column("emotion_unsure", sa.Boolean(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("post_id"),
        schema="monitor",
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text_hash", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("author_followers", sa.BigInteger(), nullable=True),
        sa.Column("parent_external_id", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("engagement", postgresql.JSONB(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "external_id", name="posts_once_per_platform"),
        schema="monitor",
    )
    op.create_index("posts_by_text", "posts", ["text_hash"], unique=False, schema="monitor")
    op.create_table(
        "stories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSON(), nullable=True),
        sa.Column("tally", postgresql.JSON(), nullable=False),
        sa.Column("evidence", postgresql.JSON(), nullable=False),
        sa.Column("watch_mentions", postgresql.JSON(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("platforms", postgresql.JSON(), nullable=False),
        sa.Column("first_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heat", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("spread", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("impact", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("speed", sa.DOUBLE_PRECISION(), nullable=True),
        sa.Column("negative_share", postgresql.JSON(), nullable=True),
        sa.Column("keywords", postgresql.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index("stories_by_heat", "stories", ["heat"], unique=False, schema="monitor")
    op.create_index(
        "stories_by_last_post", "stories", ["last_post_at"], unique=False, schema="monitor"
    )
    op.create_table(
        "tracking",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("frequencies", postgresql.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_table(
        "warnings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("watch_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("peak_level", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("judged", postgresql.JSONB(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("post_count", sa.Integer(), nullable=False),
        sa.Column("first_post_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", postgresql.JSONB(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dismissed_by", postgresql.JSONB(), nullable=True),
        sa.Column("dismissed_reason", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("story_id"),
        schema="monitor",
    )
    op.create_index(
        "warnings_by_status", "warnings", ["status", "id"], unique=False, schema="monitor"
    )
    op.create_table(
        "watches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("targets", postgresql.JSONB(), nullable=False),
        sa.Column("thresholds", postgresql.JSONB(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        schema="monitor",
    )
    op.create_table(
        "post_revisions",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "replaced_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["post_id"], ["monitor.posts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "revision"),
        schema="monitor",
    )


def downgrade() -> None:
    op.drop_table("post_revisions", schema="monitor")
    op.drop_table("watches", schema="monitor")
    op.drop_index("warnings_by_status", table_name="warnings", schema="monitor")
    op.drop_table("warnings", schema="monitor")
    op.drop_table("tracking", schema="monitor")
    op.drop_index("stories_by_last_post", table_name="stories", schema="monitor")
    op.drop_index("stories_by_heat", table_name="stories", schema="monitor")
    op.drop_table("stories", schema="monitor")
    op.drop_index("posts_by_text", table_name="posts", schema="monitor")
    op.drop_table("posts", schema="monitor")
    op.drop_table("post_opinions", schema="monitor")
    op.drop_index("mentions_of_story", table_name="mentions", schema="monitor")
    op.drop_index("mentions_of_post", table_name="mentions", schema="monitor")
    op.drop_index("mentions_by_time", table_name="mentions", schema="monitor")
    op.drop_table("mentions", schema="monitor")
