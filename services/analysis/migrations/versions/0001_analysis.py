"""Opinions."""

import sqlalchemy as sa
from alembic import op

revision = "analysis_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "opinions",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("sentiment_confidence", sa.REAL(), nullable=False),
        sa.Column("sentiment_unsure", sa.Boolean(), nullable=False),
        sa.Column("emotion", sa.Text(), nullable=False),
        sa.Column("emotion_confidence", sa.REAL(), nullable=False),
        sa.Column("emotion_unsure", sa.Boolean(), nullable=False),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("post_id", "revision"),
        schema="analysis",
    )
    op.create_index(
        "opinions_by_release", "opinions", ["engine", "release"], unique=False, schema="analysis"
    )


def downgrade() -> None:
    op.drop_index("opinions_by_release", table_name="opinions", schema="analysis")
    op.drop_table("opinions", schema="analysis")
