"""The gateway: users, their API keys, their sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "gateway_0001"
down_revision = None
branch_labels = None
depends_on = None

NOW = sa.text("now()")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("roles", postgresql.JSONB, nullable=False),
        sa.Column("groups", postgresql.JSONB, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.UniqueConstraint("name"),
        schema="gateway",
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("gateway.users.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hint", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("last_used_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.UniqueConstraint("secret_hash"),
        schema="gateway",
    )
    op.create_index("ix_gateway_keys_user_id", "keys", ["user_id"], schema="gateway")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("key_id", sa.Uuid, sa.ForeignKey("gateway.keys.id"), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        schema="gateway",
    )
    op.create_index("ix_gateway_sessions_key_id", "sessions", ["key_id"], schema="gateway")
    op.create_index("ix_gateway_sessions_expires_at", "sessions", ["expires_at"], schema="gateway")


def downgrade() -> None:
    for table in ("sessions", "keys", "users"):
        op.drop_table(table, schema="gateway")
