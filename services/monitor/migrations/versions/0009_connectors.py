"""What signed webhooks have delivered: each message is taken once."""

import sqlalchemy as sa
from alembic import op

revision = "monitor_0009"
down_revision = "monitor_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_pushes",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["source_id"], ["monitor.sources.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "message_id"),
        schema="monitor",
    )
    op.create_index(
        "source_pushes_by_time", "source_pushes", ["source_id", "received_at"], schema="monitor"
    )


def downgrade() -> None:
    op.drop_table("source_pushes", schema="monitor")
