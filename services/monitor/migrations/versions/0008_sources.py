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


def downgrade() -> None:
    op.drop_table("sites", schema="monitor")
    op.drop_column("source_health", "rounds", schema="monitor")
    op.drop_column("source_health", "cursor", schema="monitor")
    op.create_unique_constraint("sources_url_key", "sources", ["url"], schema="monitor")
    op.drop_column("sources", "robots_reason", schema="monitor")
    op.drop_column("sources", "credentials", schema="monitor")
    op.drop_column("sources", "settings", schema="monitor")
