"""The schema `gateway`: what the tables of this room have in common."""

from sqlalchemy import MetaData

from shared.db import Model

metadata = MetaData(schema="gateway")


class GatewayModel(Model):
    """Base of the tables of this room."""

    __abstract__ = True
    metadata = metadata
