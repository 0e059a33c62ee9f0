"""How Alembic runs the migrations of one room: its own schema, its own version table."""

from alembic import context

config = context.config
connection = config.attributes["connection"]
schema = config.attributes["schema"]

context.configure(
    connection=connection,
    target_metadata=config.attributes.get("metadata"),
    version_table_schema=schema,
    include_schemas=True,
    include_name=lambda name, kind, _: name == schema if kind == "schema" else True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
