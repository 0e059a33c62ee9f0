"""Back-tests of watches, and settings in shadow; posts of a span of time are found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0004"
down_revision = "monitor_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backtests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=True),
        sa.Column("shadow_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("present", postgresql.JSONB(), nullable=True),
        sa.Column("draft", postgresql.JSONB(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index("backtests_of_watch", "backtests", ["watch_id", "id"], schema="monitor")
    op.create_table(
        "shadows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=True),
        sa.Column("thresholds", postgresql.JSONB(), nullable=True),
        sa.Column("started_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("ended_by", postgresql.JSONB(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "one_shadow_a_watch",
        "shadows",
        ["watch_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        schema="monitor",
    )
    # A few bytes for each megabyte of posts, and nothing to do for each of them as they come in.
    op.create_index(
        "posts_by_publication",
        "posts",
        ["published_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
        schema="monitor",
    )


def downgrade() -> None:
    op.drop_index("posts_by_publication", table_name="posts", schema="monitor")
    op.drop_table("shadows", schema="monitor")
    op.drop_table("backtests", schema="monitor")
