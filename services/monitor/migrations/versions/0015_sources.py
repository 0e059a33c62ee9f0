"""Nothing yet: sources."""

revision = "monitor_0015"
down_revision = "monitor_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do."""


def downgrade() -> None:
    """Nothing to do."""
