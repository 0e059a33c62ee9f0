"""Changes of the tables of connectors."""

revision = "monitor_0009"
down_revision = "monitor_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
