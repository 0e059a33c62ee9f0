"""Nothing yet: watches."""

revision = "monitor_0018"
down_revision = "monitor_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do."""


def downgrade() -> None:
    """Nothing to do."""
