"""What people say of posts, and which opinion counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0003"
down_revision = "monitor_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "post_opinions", sa.Column("said_sentiment", sa.Text(), nullable=True), schema="monitor"
    )
    op.add_column(
        "post_opinions", sa.Column("said_emotion", sa.Text(), nullable=True), schema="monitor"
    )
    op.create_table(
        "post_labels",
        sa.Column("label_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("labelled_by", postgresql.JSONB(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("label_id"),
        schema="monitor",
    )
    op.create_index("labels_of_post", "post_labels", ["post_id"], unique=False, schema="monitor")


def downgrade() -> None:
    op.drop_index("labels_of_post", table_name="post_labels", schema="monitor")
    op.drop_table("post_labels", schema="monitor")
    op.drop_column("post_opinions", "said_emotion", schema="monitor")
    op.drop_column("post_opinions", "said_sentiment", schema="monitor")
