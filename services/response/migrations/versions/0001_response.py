"""Incidents, assessments, timeline, groups, commands."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "response_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("incident_numbers", schema="response")))
    op.create_table(
        "groups",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("members", postgresql.JSONB(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("slug"),
        schema="response",
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("incident_level", sa.String(length=32), nullable=True),
        sa.Column("lead_group", sa.String(length=64), nullable=True),
        sa.Column("warning_id", sa.Uuid(), nullable=True),
        sa.Column("story_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("opened_by", postgresql.JSONB(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stood_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        schema="response",
    )
    op.create_index(
        "incidents_by_state", "incidents", ["state", "id"], unique=False, schema="response"
    )
    op.create_index(
        "incidents_one_per_warning",
        "incidents",
        ["warning_id"],
        unique=True,
        schema="response",
        postgresql_where=sa.text("warning_id IS NOT NULL"),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("what_happened", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("credibility", sa.String(length=16), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("assessed_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "assessed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["response.incidents.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="response",
    )
    op.create_index(
        "ix_response_assessments_incident_id",
        "assessments",
        ["incident_id"],
        unique=False,
        schema="response",
    )
    op.create_table(
        "commands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("group_slug", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("issued_by", postgresql.JSONB(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_by", postgresql.JSONB(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", postgresql.JSONB(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("overdue_noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["response.incidents.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="response",
    )
    op.create_index(
        "commands_of_incident", "commands", ["incident_id", "id"], unique=False, schema="response"
    )
    op.create_index(
        "commands_running",
        "commands",
        ["due_at"],
        unique=False,
        schema="response",
        postgresql_where=sa.text("completed_at IS NULL AND overdue_noted_at IS NULL"),
    )
    op.create_table(
        "timeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["response.incidents.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="response",
    )
    op.create_index(
        "timeline_of_incident",
        "timeline",
        ["incident_id", "happened_at", "id"],
        unique=False,
        schema="response",
    )


def downgrade() -> None:
    op.drop_index("timeline_of_incident", table_name="timeline", schema="response")
    op.drop_table("timeline", schema="response")
    op.drop_index(
        "commands_running",
        table_name="commands",
        schema="response",
        postgresql_where=sa.text("completed_at IS NULL AND overdue_noted_at IS NULL"),
    )
    op.drop_index("commands_of_incident", table_name="commands", schema="response")
    op.drop_table("commands", schema="response")
    op.drop_index(
        "ix_response_assessments_incident_id", table_name="assessments", schema="response"
    )
    op.drop_table("assessments", schema="response")
    op.drop_index(
        "incidents_one_per_warning",
        table_name="incidents",
        schema="response",
        postgresql_where=sa.text("warning_id IS NOT NULL"),
    )
    op.drop_index("incidents_by_state", table_name="incidents", schema="response")
    op.drop_table("incidents", schema="response")
    op.drop_table("groups", schema="response")
    op.execute(sa.schema.DropSequence(sa.Sequence("incident_numbers", schema="response")))
