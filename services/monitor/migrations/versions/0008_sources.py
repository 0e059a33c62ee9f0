"""Settings, credentials and cursors of sources; a kind may be read at one address many times."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0008"
down_revision = "monitor_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sources",
        sa.Column("settings", postgresql.JSONB(), server_default="{}", nullable=False),
        schema="monitor",
    )
    op.add_column("sources", sa.Column("credentials", sa.Text(), nullable=True), schema="monitor")
    op.add_column("sources", sa.Column("robots_reason", sa.Text(), nullable=True), schema="monitor")
    op.drop_constraint("sources_url_key", "sources", schema="monitor", type_="unique")
    op.add_column(
        "source_health", sa.Column("cursor", postgresql.JSONB(), nullable=True), schema="monitor"
    )
    op.add_column(
        "source_health",
        sa.Column("rounds", sa.Integer(), server_default="0", nullable=False),
        schema="monitor",
    )
    op.create_table(
        "sites",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("robots_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("robots_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("origin"),
        schema="monitor",
    )
    for name in ("last_new_at", "steady_since", "alarm_since"):
        op.add_column(
            "source_health",
            sa.Column(name, sa.DateTime(timezone=True), nullable=True),
            schema="monitor",
        )
    op.add_column(
        "source_health",
        sa.Column("alarm", sa.String(length=32), nullable=True),
        schema="monitor",
    )
    op.create_table(
        "source_hours",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["monitor.sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "hour"),
        schema="monitor",
    )
    op.create_table(
        "source_usuals",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("usual", postgresql.JSONB(), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["monitor.sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
        schema="monitor",
    )
    op.create_table(
        "source_alarms",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice", postgresql.JSONB(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["monitor.sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "began_at"),
        schema="monitor",
    )
    # For the statistics of a source; posts that nobody's source brought are not in it.
    op.create_index(
        "posts_by_source",
        "posts",
        ["source_id", "id"],
        unique=False,
        schema="monitor",
        postgresql_where=sa.text("source_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "posts_by_source",
        table_name="posts",
        schema="monitor",
        postgresql_where=sa.text("source_id IS NOT NULL"),
    )
    for name in ("source_alarms", "source_usuals", "source_hours"):
        op.drop_table(name, schema="monitor")
    for name in ("alarm", "alarm_since", "steady_since", "last_new_at"):
        op.drop_column("source_health", name, schema="monitor")
    op.drop_table("sites", schema="monitor")
    op.drop_column("source_health", "rounds", schema="monitor")
    op.drop_column("source_health", "cursor", schema="monitor")
    op.create_unique_constraint("sources_url_key", "sources", ["url"], schema="monitor")
    op.drop_column("sources", "robots_reason", schema="monitor")
    op.drop_column("sources", "credentials", schema="monitor")
    op.drop_column("sources", "settings", schema="monitor")
