"""Reports, pictures, officers, patrols; and where a post comes from that people brought."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0011"
down_revision = "monitor_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "officers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id"),
        schema="monitor",
    )
    op.create_table(
        "patrol_plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sites", postgresql.JSONB(), nullable=False),
        sa.Column("checklist", postgresql.JSONB(), nullable=False),
        sa.Column("times", postgresql.JSONB(), nullable=False),
        sa.Column("weekdays", postgresql.JSONB(), nullable=False),
        sa.Column("every_hours", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("assignee", postgresql.JSONB(), nullable=True),
        sa.Column("duty_group", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
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
        "patrol_sites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
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
        "pictures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sent_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_table(
        "report_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hourly_limit", sa.Integer(), nullable=False),
        sa.Column("opened_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("link_key", sa.Text(), nullable=True),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("urgency", sa.String(length=32), nullable=False),
        sa.Column("reporters", sa.Integer(), nullable=False),
        sa.Column("anonymous", sa.Integer(), nullable=False),
        sa.Column("first_told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("story_id", sa.Uuid(), nullable=True),
        sa.Column("warning_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("handled_by", postgresql.JSONB(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("link_key"),
        schema="monitor",
    )
    op.create_index("reports_by_state", "reports", ["state", "id"], unique=False, schema="monitor")
    op.create_table(
        "patrol_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee", postgresql.JSONB(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("done_by", postgresql.JSONB(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["monitor.patrol_plans.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("plan_id", "due_at", name="one_round_a_time"),
        schema="monitor",
    )
    op.create_index(
        "patrol_rounds_by_state",
        "patrol_rounds",
        ["state", "closes_at"],
        unique=False,
        schema="monitor",
    )
    op.create_table(
        "report_link_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=True),
        sa.Column(
            "used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["link_id"], ["monitor.report_links.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "report_link_uses_by_time",
        "report_link_uses",
        ["link_id", "used_at"],
        unique=False,
        schema="monitor",
    )
    op.create_table(
        "tellings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("teller", sa.Text(), nullable=True),
        sa.Column("told_by", postgresql.JSONB(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("concerns", sa.Text(), nullable=True),
        sa.Column("urgency", sa.String(length=32), nullable=False),
        sa.Column("pictures", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["monitor.reports.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "tellings_of_officer", "tellings", ["officer_id", "id"], unique=False, schema="monitor"
    )
    op.create_index(
        "tellings_of_person", "tellings", ["teller", "id"], unique=False, schema="monitor"
    )
    op.create_index(
        "tellings_of_report", "tellings", ["report_id", "id"], unique=False, schema="monitor"
    )
    op.create_table(
        "patrol_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("finding", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("ticked_by", postgresql.JSONB(), nullable=True),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["monitor.patrol_rounds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "patrol_checks_of_round",
        "patrol_checks",
        ["round_id", "position"],
        unique=False,
        schema="monitor",
    )
    op.create_index(
        "patrol_checks_of_site",
        "patrol_checks",
        ["site_id", "ticked_at"],
        unique=False,
        schema="monitor",
    )
    op.add_column("posts", sa.Column("origin", postgresql.JSONB(), nullable=True), schema="monitor")


def downgrade() -> None:
    op.drop_column("posts", "origin", schema="monitor")
    op.drop_index("patrol_checks_of_site", table_name="patrol_checks", schema="monitor")
    op.drop_index("patrol_checks_of_round", table_name="patrol_checks", schema="monitor")
    op.drop_table("patrol_checks", schema="monitor")
    op.drop_index("tellings_of_report", table_name="tellings", schema="monitor")
    op.drop_index("tellings_of_person", table_name="tellings", schema="monitor")
    op.drop_index("tellings_of_officer", table_name="tellings", schema="monitor")
    op.drop_table("tellings", schema="monitor")
    op.drop_index("report_link_uses_by_time", table_name="report_link_uses", schema="monitor")
    op.drop_table("report_link_uses", schema="monitor")
    op.drop_index("patrol_rounds_by_state", table_name="patrol_rounds", schema="monitor")
    op.drop_table("patrol_rounds", schema="monitor")
    op.drop_index("reports_by_state", table_name="reports", schema="monitor")
    op.drop_table("reports", schema="monitor")
    op.drop_table("report_links", schema="monitor")
    op.drop_table("pictures", schema="monitor")
    op.drop_table("patrol_sites", schema="monitor")
    op.drop_table("patrol_plans", schema="monitor")
    op.drop_table("officers", schema="monitor")
