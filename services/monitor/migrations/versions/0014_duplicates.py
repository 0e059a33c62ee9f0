"""Nothing yet: duplicates."""

revision = "monitor_0014"
down_revision = "monitor_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do."""


def downgrade() -> None:
    """Nothing to do."""
