"""The gateway, put together."""

from gateway.app import build_gateway
from gateway.console import router as console
from gateway.docs.routes import router as docs
from gateway.identity.routes import keys, me, new_keys, users
from gateway.live.routes import router as events
from gateway.operations.routes import router as operations
from gateway.protocol import DoorProtocol
from gateway.resources import open_resources
from shared.contracts.rooms import Room
from shared.room import RoomDefinition

room = RoomDefinition(
    room=Room.GATEWAY,
    title="gateway: the door",
    routers=[me, users, new_keys, keys, events, operations, docs, console],
    resources=open_resources,
    app=build_gateway,
    protocol=DoorProtocol,
)
