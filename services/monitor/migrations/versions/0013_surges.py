"""What watches usually bring, and the surges that were found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0013"
down_revision = "monitor_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "surge_feed",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("next_bin", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_table(
        "watch_baselines",
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("first_bin", sa.BigInteger(), nullable=False),
        sa.Column("next_bin", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("watch_id"),
        schema="monitor",
    )
    op.create_table(
        "watch_surges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", postgresql.DOUBLE_PRECISION(), nullable=False),
        sa.Column("count", postgresql.DOUBLE_PRECISION(), nullable=False),
        sa.Column("expected", postgresql.DOUBLE_PRECISION(), nullable=False),
        sa.Column("evidence", postgresql.DOUBLE_PRECISION(), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=True),
        sa.Column("story_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index("watch_surges_of_watch", "watch_surges", ["watch_id", "id"], schema="monitor")


def downgrade() -> None:
    op.drop_table("watch_surges", schema="monitor")
    op.drop_table("watch_baselines", schema="monitor")
    op.drop_table("surge_feed", schema="monitor")
