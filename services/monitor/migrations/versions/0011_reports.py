"""Changes of the tables of reports."""

revision = "monitor_0011"
down_revision = "monitor_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
