"""Warnings that joined a case after it was opened."""

import sqlalchemy as sa
from alembic import op

revision = "archive_0002"
down_revision = "archive_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_warnings",
        sa.Column("warning_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["archive.case_files.id"]),
        sa.PrimaryKeyConstraint("warning_id"),
        schema="archive",
    )


def downgrade() -> None:
    op.drop_table("case_warnings", schema="archive")
