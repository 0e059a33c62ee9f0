"""What incidents are about: stories, warnings, posts, links."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "response_0004"
down_revision = "response_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_subjects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("now_ref", sa.Text(), nullable=False),
        sa.Column("added_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["response.incidents.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("incident_id", "kind", "ref", name="incident_subjects_once"),
        schema="response",
    )
    op.create_index(
        "incident_subjects_by_ref", "incident_subjects", ["kind", "now_ref"], schema="response"
    )


def downgrade() -> None:
    op.drop_table("incident_subjects", schema="response")
