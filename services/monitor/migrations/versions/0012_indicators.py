"""Changes of the tables of indicators."""

revision = "monitor_0012"
down_revision = "monitor_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
