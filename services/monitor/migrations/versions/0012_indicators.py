"""The history of indicators."""

import sqlalchemy as sa
from alembic import op

revision = "monitor_0012"
down_revision = "monitor_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_bins",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("negative", sa.Integer(), nullable=False),
        sa.Column("neutral", sa.Integer(), nullable=False),
        sa.Column("positive", sa.Integer(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.DOUBLE_PRECISION(), nullable=False),
        sa.Column("voice", sa.BigInteger(), nullable=False),
        sa.Column("platforms", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("regions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("sources", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("authors", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "at", "minutes"),
        schema="monitor",
    )
    op.create_index(
        "indicator_bins_by_age",
        "indicator_bins",
        ["minutes", "at"],
        unique=False,
        schema="monitor",
    )


def downgrade() -> None:
    op.drop_index("indicator_bins_by_age", table_name="indicator_bins", schema="monitor")
    op.drop_table("indicator_bins", schema="monitor")
