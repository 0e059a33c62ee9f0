"""The console as an app of its own, on sample answers."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from gateway.console import ConsoleParts, mount_static, router
from gateway.console.memory import MemoryBackend, MemorySessions
from gateway.console.preview.answers import SOMEBODY, sample_replies
from shared.contracts.actors import Actor

# How often the sample house says that something happened, in seconds.
_PULSE = 5.0


def preview_app(actor: Actor = SOMEBODY, *, pulse: float = _PULSE) -> FastAPI:
    """Build it. Live events come every `pulse` seconds, and never where it is 0."""
    app = FastAPI(openapi_url=None)
    backend = MemoryBackend(sample_replies())
    app.state.console = ConsoleParts(backend=backend, sessions=MemorySessions(actor))

    @app.get("/api/v1/events")
    async def events() -> Response:
        async def stream() -> AsyncIterator[str]:
            yield "retry: 2000\n\n"
            while pulse:
                await asyncio.sleep(pulse)
                backend.replies |= sample_replies()
                yield 'event: PostsCollected\ndata: {"count": 1}\n\n'

        return StreamingResponse(stream(), media_type="text/event-stream")

    app.include_router(router)
    mount_static(app)
    return app
