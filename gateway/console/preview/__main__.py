"""Serve the preview."""

import uvicorn

from gateway.console.preview.app import preview_app

uvicorn.run(preview_app(), host="127.0.0.1", port=8010, log_level="warning")
