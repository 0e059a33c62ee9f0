"""People's labels, the texts that were labelled, samples to label."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "analysis_0002"
down_revision = "analysis_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("labelled_by_id", sa.Text(), nullable=False),
        sa.Column("labelled_by", postgresql.JSONB(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("model_label", sa.Text(), nullable=True),
        sa.Column("model_confidence", sa.REAL(), nullable=True),
        sa.Column("model_unsure", sa.Boolean(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="analysis",
    )
    op.create_index(
        "labels_once_per_person",
        "labels",
        ["post_id", "labelled_by_id", "task", "target"],
        unique=True,
        schema="analysis",
        postgresql_where=sa.text("state = 'current'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("labels_of_post", "labels", ["post_id", "id"], unique=False, schema="analysis")
    op.create_index("labels_by_task", "labels", ["task", "id"], unique=False, schema="analysis")
    op.create_table(
        "labelled_texts",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "told_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("post_id", "revision"),
        schema="analysis",
    )
    op.create_table(
        "label_draws",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "task", "post_id"),
        schema="analysis",
    )
    op.create_index("draws_of_post", "label_draws", ["post_id"], unique=False, schema="analysis")


def downgrade() -> None:
    op.drop_index("draws_of_post", table_name="label_draws", schema="analysis")
    op.drop_table("label_draws", schema="analysis")
    op.drop_table("labelled_texts", schema="analysis")
    op.drop_index("labels_by_task", table_name="labels", schema="analysis")
    op.drop_index("labels_of_post", table_name="labels", schema="analysis")
    op.drop_index("labels_once_per_person", table_name="labels", schema="analysis")
    op.drop_table("labels", schema="analysis")
