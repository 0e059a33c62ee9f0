"""Changes of the tables of watches."""

revision = "monitor_0007"
down_revision = "monitor_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
