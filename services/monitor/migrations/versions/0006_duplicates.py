"""Which posts are copies of which, and what people judged of that."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0006"
down_revision = "monitor_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_copies",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("original_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("similarity", sa.REAL(), nullable=False),
        sa.Column(
            "found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("separated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("post_id", "original_id"),
        schema="monitor",
    )
    op.create_index(
        "copy_of_one_original",
        "post_copies",
        ["post_id"],
        unique=True,
        schema="monitor",
        postgresql_where=sa.text("separated_at IS NULL"),
    )
    op.create_index(
        "copies_of_original",
        "post_copies",
        ["original_id", "post_id"],
        unique=False,
        schema="monitor",
    )
    # What was known before: posts in the very words of an earlier one.
    op.execute(
        """
INSERT INTO monitor.post_copies (post_id, original_id, kind, similarity)
SELECT id, first, 'exact', 1
FROM (
    SELECT id, first_value(id) OVER (PARTITION BY text_hash ORDER BY id) AS first
    FROM monitor.posts WHERE text_hash IS NOT NULL AND octet_length(text) >= 24
) AS posts WHERE id <> first
"""
    )
    op.create_table(
        "copy_judgements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("original_id", sa.Uuid(), nullable=False),
        sa.Column("is_copy", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "judgements_of_post", "copy_judgements", ["post_id"], unique=False, schema="monitor"
    )


def downgrade() -> None:
    op.drop_table("copy_judgements", schema="monitor")
    op.drop_table("post_copies", schema="monitor")
