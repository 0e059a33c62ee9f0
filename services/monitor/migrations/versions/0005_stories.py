"""Stories can be merged and split, by people and by rule; every change is kept and can be undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0005"
down_revision = "monitor_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stories", sa.Column("merged_into", sa.Uuid(), nullable=True), schema="monitor")
    op.add_column("mentions", sa.Column("copy", sa.Boolean(), nullable=True), schema="monitor")
    op.add_column("tracking", sa.Column("base", sa.Uuid(), nullable=True), schema="monitor")
    op.add_column(
        "tracking", sa.Column("regrouped", postgresql.JSON(), nullable=True), schema="monitor"
    )
    op.create_table(
        "story_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("story_title", sa.Text(), nullable=False),
        sa.Column("other_title", sa.Text(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("grounds", postgresql.JSONB(), nullable=True),
        sa.Column("warnings", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("undone_by", postgresql.JSONB(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index("story_changes_of_story", "story_changes", ["story_id"], schema="monitor")
    op.create_index("story_changes_of_other", "story_changes", ["other_id"], schema="monitor")
    op.create_table(
        "story_moves",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["monitor.story_changes.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("change_id", "post_id"),
        schema="monitor",
    )
    op.create_table(
        "alike_stories",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("likeness", sa.REAL(), nullable=False),
        sa.Column("grounds", postgresql.JSONB(), nullable=False),
        sa.Column("alike_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("one_id", "other_id"),
        schema="monitor",
    )
    op.create_index("alike_stories_of_other", "alike_stories", ["other_id"], schema="monitor")


def downgrade() -> None:
    op.drop_table("alike_stories", schema="monitor")
    op.drop_table("story_moves", schema="monitor")
    op.drop_table("story_changes", schema="monitor")
    op.drop_column("tracking", "regrouped", schema="monitor")
    op.drop_column("tracking", "base", schema="monitor")
    op.drop_column("mentions", "copy", schema="monitor")
    op.drop_column("stories", "merged_into", schema="monitor")
