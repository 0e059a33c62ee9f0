"""The schema `archive`: what the tables of this room have in common."""

from sqlalchemy import MetaData

from shared.db import Model

metadata = MetaData(schema="archive")


class ArchiveModel(Model):
    """Base of the tables of this room."""

    __abstract__ = True
    metadata = metadata
