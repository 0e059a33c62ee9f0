"""Nothing yet: people."""

revision = "monitor_0017"
down_revision = "monitor_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do."""


def downgrade() -> None:
    """Nothing to do."""
