"""What watches were before they were changed, and who changed them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "monitor_0017"
down_revision = "monitor_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watch_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("watch_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        sa.Column("changed_by", postgresql.JSONB(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        schema="monitor",
    )
    op.create_index(
        "watch_versions_of_watch",
        "watch_versions",
        ["watch_id", "version"],
        unique=True,
        schema="monitor",
    )
    # What is there is the first version that is known of it; its id is older than those to come.
    op.execute(
        """
        INSERT INTO monitor.watch_versions
            (id, watch_id, version, settings, changes, changed_by, changed_at)
        SELECT id, id, version,
               jsonb_build_object(
                   'name', name, 'expression', expression, 'exclusions', exclusions,
                   'filters', filters, 'targets', targets, 'thresholds', thresholds,
                   'enabled', enabled, 'sample', sample),
               '[]'::jsonb, NULL, changed_at
        FROM monitor.watches
        """
    )


def downgrade() -> None:
    op.drop_table("watch_versions", schema="monitor")
