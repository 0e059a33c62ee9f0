"""Changes of the tables of notices."""

revision = "monitor_0010"
down_revision = "monitor_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
