"""Nothing yet: aftermath."""

revision = "monitor_0016"
down_revision = "monitor_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do."""


def downgrade() -> None:
    """Nothing to do."""
