"""Who saw a picture, why it was erased; who entered an officer, and until when that holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0016"
down_revision = "monitor_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("pictures", "content", nullable=True, schema="monitor")
    for column in (
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_by", postgresql.JSONB(), nullable=True),
        sa.Column("erased_because", sa.Text(), nullable=True),
    ):
        op.add_column("pictures", column, schema="monitor")
    op.create_table(
        "picture_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("picture_id", sa.Uuid(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("seen_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.ForeignKeyConstraint(["picture_id"], ["monitor.pictures.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "views_of_picture", "picture_views", ["picture_id", "viewer", "seen_at"], schema="monitor"
    )
    for column in (
        sa.Column("added_by", postgresql.JSONB(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_by", postgresql.JSONB(), nullable=True),
        sa.Column("erased_because", sa.Text(), nullable=True),
    ):
        op.add_column("officers", column, schema="monitor")


def downgrade() -> None:
    for name in ("erased_because", "erased_by", "erased_at", "review_by", "added_by"):
        op.drop_column("officers", name, schema="monitor")
    op.drop_table("picture_views", schema="monitor")
    op.execute("UPDATE monitor.pictures SET content = '' WHERE content IS NULL")
    for name in ("erased_because", "erased_by", "erased_at"):
        op.drop_column("pictures", name, schema="monitor")
    op.alter_column("pictures", "content", nullable=False, schema="monitor")
