"""Notices, channels, recipients, rules, rosters and escalations; alerts to single people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0010"
down_revision = "monitor_0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _edited() -> list[sa.Column]:
    return [
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "alert_channels",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        *_edited(),
        sa.PrimaryKeyConstraint("slug"),
        schema="monitor",
    )
    op.create_table(
        "alert_recipients",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("quiet", postgresql.JSONB(), nullable=True),
        sa.Column("contacts", postgresql.JSONB(), nullable=False),
        *_edited(),
        sa.PrimaryKeyConstraint("name"),
        schema="monitor",
    )
    op.create_table(
        "alert_rules",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("watches", postgresql.JSONB(), nullable=False),
        sa.Column("hours", postgresql.JSONB(), nullable=True),
        sa.Column("tell", postgresql.JSONB(), nullable=False),
        sa.Column("ladder", postgresql.JSONB(), nullable=True),
        *_edited(),
        sa.PrimaryKeyConstraint("slug"),
        schema="monitor",
    )
    op.create_table(
        "duty_rosters",
        sa.Column("group_slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("chair", sa.Text(), nullable=True),
        sa.Column("members", postgresql.JSONB(), nullable=False),
        sa.Column("deputies", postgresql.JSONB(), nullable=False),
        sa.Column("shifts", postgresql.JSONB(), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("group_slug"),
        schema="monitor",
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("warning_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index("notices_of_warning", "notices", ["warning_id", "id"], schema="monitor")
    op.create_table(
        "escalations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("warning_id", sa.Uuid(), nullable=False),
        sa.Column("group_slug", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("wait_seconds", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("message", postgresql.JSONB(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("ending", sa.String(length=32), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "escalations_of_event",
        "escalations",
        ["event_id", "group_slug"],
        unique=True,
        schema="monitor",
    )
    op.create_index("escalations_of_warning", "escalations", ["warning_id", "id"], schema="monitor")
    op.create_index(
        "escalations_due",
        "escalations",
        ["next_at"],
        schema="monitor",
        postgresql_where=sa.text("ending IS NULL"),
    )
    op.create_table(
        "escalation_steps",
        sa.Column("escalation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("channels", postgresql.JSONB(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["escalation_id"], ["monitor.escalations.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("escalation_id", "number"),
        schema="monitor",
    )
    # An alert to one person: by name, by the step of an escalation; about a warning or not.
    op.add_column(
        "alerts",
        sa.Column("recipient", sa.Text(), nullable=False, server_default=""),
        schema="monitor",
    )
    op.add_column(
        "alerts",
        sa.Column("step", sa.Integer(), nullable=False, server_default="0"),
        schema="monitor",
    )
    op.alter_column("alerts", "warning_id", nullable=True, schema="monitor")
    op.alter_column("alerts", "level", nullable=True, schema="monitor")
    op.alter_column(
        "alerts",
        "channel",
        type_=sa.String(length=64),
        existing_type=sa.String(length=32),
        schema="monitor",
    )
    op.drop_constraint("alerts_once_per_channel", "alerts", schema="monitor")
    op.create_unique_constraint(
        "alerts_once_per_channel",
        "alerts",
        ["event_id", "channel", "recipient", "step"],
        schema="monitor",
    )
    op.create_index(
        "alerts_held",
        "alerts",
        ["next_at"],
        schema="monitor",
        postgresql_where=sa.text("state = 'held'"),
    )


def downgrade() -> None:
    op.drop_index("alerts_held", "alerts", schema="monitor")
    op.drop_constraint("alerts_once_per_channel", "alerts", schema="monitor")
    op.execute(
        "DELETE FROM monitor.alerts WHERE warning_id IS NULL OR level IS NULL OR recipient <> '' "
        "OR step <> 0"
    )
    op.create_unique_constraint(
        "alerts_once_per_channel", "alerts", ["event_id", "channel"], schema="monitor"
    )
    op.alter_column("alerts", "level", nullable=False, schema="monitor")
    op.alter_column("alerts", "warning_id", nullable=False, schema="monitor")
    op.drop_column("alerts", "step", schema="monitor")
    op.drop_column("alerts", "recipient", schema="monitor")
    for table in (
        "escalation_steps",
        "escalations",
        "notices",
        "duty_rosters",
        "alert_rules",
        "alert_recipients",
        "alert_channels",
    ):
        op.drop_table(table, schema="monitor")
