"""Statements, their versions, signatures and publications, and the notice board."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "response_0002"
down_revision = "response_0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_by", postgresql.JSONB(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["response.incidents.id"]),
        sa.ForeignKeyConstraint(["supersedes_id"], ["response.statements.id"]),
        sa.PrimaryKeyConstraint("id"),
        schema="response",
    )
    op.create_index(
        "statements_of_incident", "statements", ["incident_id", "id"], schema="response"
    )
    op.create_index("statements_by_state", "statements", ["state", "id"], schema="response")
    op.create_table(
        "statement_versions",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("written_by", postgresql.JSONB(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["response.statements.id"]),
        sa.PrimaryKeyConstraint("statement_id", "version"),
        schema="response",
    )
    op.create_table(
        "statement_signatures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("signed_by", postgresql.JSONB(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["response.statements.id"]),
        sa.PrimaryKeyConstraint("id"),
        schema="response",
    )
    op.create_index(
        "signatures_of_statement", "statement_signatures", ["statement_id", "id"], schema="response"
    )
    op.create_table(
        "publications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("ordered_by", postgresql.JSONB(), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["statement_id"], ["response.statements.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("statement_id", "version", "channel"),
        schema="response",
    )
    op.create_table(
        "published_texts",
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["publication_id"], ["response.publications.id"]),
        sa.ForeignKeyConstraint(["statement_id"], ["response.statements.id"]),
        sa.PrimaryKeyConstraint("publication_id"),
        schema="response",
    )
    op.create_index(
        "ix_response_published_texts_statement_id",
        "published_texts",
        ["statement_id"],
        schema="response",
    )


def downgrade() -> None:
    for table in (
        "published_texts",
        "publications",
        "statement_signatures",
        "statement_versions",
        "statements",
    ):
        op.drop_table(table, schema="response")
