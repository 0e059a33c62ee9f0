"""Releases of models, their evaluations, promotions and shadow runs; opinions given anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "analysis_0003"
down_revision = "analysis_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earlier_opinions",
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("sentiment_confidence", sa.REAL(), nullable=False),
        sa.Column("sentiment_unsure", sa.Boolean(), nullable=False),
        sa.Column("emotion", sa.Text(), nullable=False),
        sa.Column("emotion_confidence", sa.REAL(), nullable=False),
        sa.Column("emotion_unsure", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "revision", "computed_at"),
        schema="analysis",
    )
    op.create_table(
        "model_processes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column(
            "seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="analysis",
    )
    op.create_table(
        "recomputations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Uuid(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("asked_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        schema="analysis",
    )
    op.create_table(
        "releases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("labels", postgresql.JSONB(), nullable=False),
        sa.Column("files_hash", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("registered_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "registered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("task", "name", "revision", name="releases_once"),
        schema="analysis",
    )
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=True),
        sa.Column("baseline_name", sa.Text(), nullable=True),
        sa.Column("baseline_revision", sa.Text(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("evaluated_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "evaluated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["analysis.releases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["analysis.releases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="analysis",
    )
    op.create_index(
        "evaluations_by_release",
        "evaluations",
        ["release_id", "id"],
        unique=False,
        schema="analysis",
    )
    op.create_table(
        "shadow_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("share", sa.REAL(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("started_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["analysis.releases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="analysis",
    )
    op.create_index(
        "shadow_runs_by_release", "shadow_runs", ["release_id"], unique=False, schema="analysis"
    )
    op.create_index(
        "shadow_runs_one_at_a_time",
        "shadow_runs",
        ["task"],
        unique=True,
        schema="analysis",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "promotions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_id", sa.Uuid(), nullable=True),
        sa.Column("undone_id", sa.Uuid(), nullable=True),
        sa.Column("evaluation_id", sa.Uuid(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("promoted_by", postgresql.JSONB(), nullable=False),
        sa.Column(
            "promoted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["analysis.evaluations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["analysis.releases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["replaced_id"],
            ["analysis.promotions.id"],
        ),
        sa.ForeignKeyConstraint(
            ["undone_id"],
            ["analysis.promotions.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        schema="analysis",
    )
    op.create_index(
        "promotions_by_task", "promotions", ["task", "id"], unique=False, schema="analysis"
    )
    op.create_table(
        "shadow_verdicts",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("live_label", sa.Text(), nullable=False),
        sa.Column("live_confidence", sa.REAL(), nullable=False),
        sa.Column("shadow_label", sa.Text(), nullable=False),
        sa.Column("shadow_confidence", sa.REAL(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["analysis.shadow_runs.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "post_id", "revision"),
        schema="analysis",
    )
    op.create_index(
        "shadow_verdicts_that_differ",
        "shadow_verdicts",
        ["run_id", "post_id"],
        unique=False,
        schema="analysis",
        postgresql_where=sa.text("live_label <> shadow_label"),
    )
    op.create_table(
        "live_releases",
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("promotion_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["analysis.promotions.id"],
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["analysis.releases.id"],
        ),
        sa.PrimaryKeyConstraint("task"),
        schema="analysis",
    )


def downgrade() -> None:
    op.drop_table("live_releases", schema="analysis")
    op.drop_index(
        "shadow_verdicts_that_differ",
        table_name="shadow_verdicts",
        schema="analysis",
        postgresql_where=sa.text("live_label <> shadow_label"),
    )
    op.drop_table("shadow_verdicts", schema="analysis")
    op.drop_index("promotions_by_task", table_name="promotions", schema="analysis")
    op.drop_table("promotions", schema="analysis")
    op.drop_index(
        "shadow_runs_one_at_a_time",
        table_name="shadow_runs",
        schema="analysis",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("shadow_runs_by_release", table_name="shadow_runs", schema="analysis")
    op.drop_table("shadow_runs", schema="analysis")
    op.drop_index("evaluations_by_release", table_name="evaluations", schema="analysis")
    op.drop_table("evaluations", schema="analysis")
    op.drop_table("releases", schema="analysis")
    op.drop_table("recomputations", schema="analysis")
    op.drop_table("model_processes", schema="analysis")
    op.drop_table("earlier_opinions", schema="analysis")
