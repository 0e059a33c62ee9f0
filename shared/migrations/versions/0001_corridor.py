"""The corridor: events, deliveries, schedules, idempotency keys, workers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "corridor_0001"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column(
            "transaction_id",
            sa.BigInteger,
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", postgresql.JSON, nullable=False),
        sa.Column("request_id", sa.Text),
        sa.Column("occurred_at", MOMENT, server_default=NOW, nullable=False),
        schema="corridor",
    )
    op.create_index(
        "events_in_commit_order", "events", ["transaction_id", "position"], schema="corridor"
    )
    op.create_table(
        "deliveries",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("room", sa.String(16), nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        sa.Column("ordering_key", sa.Text),
        sa.Column("state", sa.String(8), server_default="ready", nullable=False),
        sa.Column("attempts", sa.Integer, server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("available_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("event_id", "room"),
        schema="corridor",
    )
    for name, columns, where in (
        ("deliveries_ready", ["room", "priority", "position"], "state = 'ready'"),
        (
            "deliveries_in_order",
            ["room", "ordering_key", "position"],
            "ordering_key IS NOT NULL AND state <> 'done'",
        ),
        ("deliveries_done", ["done_at"], "state = 'done'"),
        ("deliveries_dead", ["room", "position"], "state = 'dead'"),
    ):
        op.create_index(
            name, "deliveries", columns, schema="corridor", postgresql_where=sa.text(where)
        )
    op.create_table(
        "schedules",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.UniqueConstraint("name", "due_at"),
        schema="corridor",
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("room", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("media_type", sa.Text),
        sa.Column("body", sa.LargeBinary),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("room", "actor_id", "key"),
        schema="corridor",
    )
    op.create_index(
        "idempotency_keys_by_age", "idempotency_keys", ["created_at"], schema="corridor"
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("room", sa.String(16), nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("seen_at", MOMENT, server_default=NOW, nullable=False),
        schema="corridor",
    )


def downgrade() -> None:
    for table in ("workers", "idempotency_keys", "schedules", "deliveries", "events"):
        op.drop_table(table, schema="corridor")
