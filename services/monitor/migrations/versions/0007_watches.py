"""What a watch excludes and filters, and the aliases that expressions name."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0007"
down_revision = "monitor_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "watches",
        sa.Column(
            "exclusions",
            postgresql.JSONB(),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        schema="monitor",
    )
    op.add_column(
        "watches", sa.Column("filters", postgresql.JSONB(), nullable=True), schema="monitor"
    )
    op.create_table(
        "watch_aliases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("spellings", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        schema="monitor",
    )


def downgrade() -> None:
    op.drop_table("watch_aliases", schema="monitor")
    op.drop_column("watches", "filters", schema="monitor")
    op.drop_column("watches", "exclusions", schema="monitor")
