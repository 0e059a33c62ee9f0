"""What incidents are about; how long it is followed, and who ended that; withdrawn statements."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0015"
down_revision = "monitor_0014"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incident_subjects",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "kind", "ref"),
        schema="monitor",
    )
    op.create_index(
        "incident_subjects_by_ref", "incident_subjects", ["kind", "ref"], schema="monitor"
    )
    op.execute(
        "INSERT INTO monitor.incident_subjects (incident_id, kind, ref)"
        " SELECT incident_id, 'warning', id::text FROM monitor.warnings"
        " WHERE incident_id IS NOT NULL"
    )
    for column in (
        sa.Column("stories", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("links", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("revised_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", postgresql.JSONB(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
    ):
        op.add_column("follow_ups", column, schema="monitor")
    op.alter_column("follow_ups", "story_id", nullable=True, schema="monitor")
    op.execute(
        "UPDATE monitor.follow_ups SET stories = jsonb_build_array(story_id),"
        " until = began_at + interval '730 days', revised_at = began_at"
    )
    op.add_column(
        "statement_marks", sa.Column("withdrawn_at", _MOMENT, nullable=True), schema="monitor"
    )
    op.add_column(
        "statement_marks",
        sa.Column("measured", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        schema="monitor",
    )


def downgrade() -> None:
    for column in ("measured", "withdrawn_at"):
        op.drop_column("statement_marks", column, schema="monitor")
    op.execute("DELETE FROM monitor.follow_ups WHERE story_id IS NULL")
    op.alter_column("follow_ups", "story_id", nullable=False, schema="monitor")
    for column in (
        "ended_reason",
        "ended_by",
        "ended_at",
        "revised_at",
        "until",
        "links",
        "stories",
    ):
        op.drop_column("follow_ups", column, schema="monitor")
    op.drop_table("incident_subjects", schema="monitor")
