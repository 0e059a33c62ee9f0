"""The duty rosters of groups: rotas, substitutions, chairs and deputies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "response_0003"
down_revision = "response_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("groups", sa.Column("chair", sa.Text(), nullable=True), schema="response")
    op.add_column(
        "groups",
        sa.Column("deputies", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        schema="response",
    )
    op.create_table(
        "duty_rotas",
        sa.Column("group_slug", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("shifts", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["group_slug"], ["response.groups.slug"]),
        sa.PrimaryKeyConstraint("group_slug"),
        schema="response",
    )
    op.create_table(
        "duty_substitutions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_slug", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", postgresql.JSONB(), nullable=False),
        sa.Column("instead_of", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["group_slug"], ["response.groups.slug"]),
        sa.PrimaryKeyConstraint("id"),
        schema="response",
    )
    op.create_index(
        "duty_substitutions_of_group",
        "duty_substitutions",
        ["group_slug", "ends_at"],
        schema="response",
    )


def downgrade() -> None:
    op.drop_table("duty_substitutions", schema="response")
    op.drop_table("duty_rotas", schema="response")
    op.drop_column("groups", "deputies", schema="response")
    op.drop_column("groups", "chair", schema="response")
