"""Posts that were deleted at their source, where feeds moved, presets and refused rows of imports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0014"
down_revision = "monitor_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_deletions",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column(
            "noticed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_for", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("post_id"),
        sa.ForeignKeyConstraint(["post_id"], ["monitor.posts.id"], ondelete="CASCADE"),
        schema="monitor",
    )
    op.create_index(
        "deletions_to_follow",
        "post_deletions",
        ["noticed_at"],
        schema="monitor",
        postgresql_where=sa.text("cleared_at IS NULL AND kept_for IS NULL"),
    )
    op.create_index(
        "posts_of_bluesky",
        "posts",
        ["external_id"],
        schema="monitor",
        postgresql_ops={"external_id": "text_pattern_ops"},
        postgresql_where=sa.text("platform = 'bluesky'"),
    )
    op.add_column(
        "source_health", sa.Column("moved_to", sa.Text(), nullable=True), schema="monitor"
    )
    op.add_column(
        "source_health", sa.Column("looked_at", sa.Uuid(), nullable=True), schema="monitor"
    )
    op.create_table(
        "import_presets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
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
        "import_refusals",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "row"),
        sa.ForeignKeyConstraint(["import_id"], ["monitor.imports.id"], ondelete="CASCADE"),
        schema="monitor",
    )


def downgrade() -> None:
    op.drop_table("import_refusals", schema="monitor")
    op.drop_table("import_presets", schema="monitor")
    op.drop_column("source_health", "looked_at", schema="monitor")
    op.drop_column("source_health", "moved_to", schema="monitor")
    op.drop_index("posts_of_bluesky", "posts", schema="monitor")
    op.drop_table("post_deletions", schema="monitor")
