"""Which posts are copies of which, and what people judged; what is watched after an incident."""

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
    _follow_ups()


def _follow_ups() -> None:
    op.add_column(
        "warnings", sa.Column("resurgence_of", sa.Uuid(), nullable=True), schema="monitor"
    )
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "follow_ups",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("tags", postgresql.JSONB(), nullable=False),
        sa.Column("keywords", postgresql.JSONB(), nullable=False),
        sa.Column("platforms", postgresql.JSONB(), nullable=False),
        sa.Column("heat", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("peak", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("began_at", moment, nullable=False),
        sa.Column("looked_at", moment, nullable=False),
        sa.Column("closed_at", moment, nullable=True),
        sa.Column("resurged_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("incident_id"),
        schema="monitor",
    )
    op.create_index("follow_ups_of_story", "follow_ups", ["story_id"], schema="monitor")
    op.create_table(
        "follow_up_posts",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "post_id"),
        schema="monitor",
    )
    op.create_table(
        "follow_up_accounts",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "account"),
        schema="monitor",
    )
    op.create_table(
        "sightings",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=False),
        sa.Column("manner", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("elsewhere", sa.Boolean(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=True),
        sa.Column("seen_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "post_id"),
        schema="monitor",
    )
    op.create_index("sightings_by_time", "sightings", ["incident_id", "seen_at"], schema="monitor")
    op.create_table(
        "statement_marks",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "channel"),
        schema="monitor",
    )
    op.create_index(
        "statement_marks_of_incident", "statement_marks", ["incident_id"], schema="monitor"
    )


def downgrade() -> None:
    for table in (
        "statement_marks",
        "sightings",
        "follow_up_accounts",
        "follow_up_posts",
        "follow_ups",
    ):
        op.drop_table(table, schema="monitor")
    op.drop_column("warnings", "resurgence_of", schema="monitor")
    op.drop_table("copy_judgements", schema="monitor")
    op.drop_table("post_copies", schema="monitor")
