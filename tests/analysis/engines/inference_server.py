"""A small inference server that speaks both protocols, and misbehaves as it is told."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]
# What happens to one request instead of its answer; None lets it be answered.
Mishap = Callable[[Any], Answer | None]


class InferenceServer:
    """`pages` holds what a GET finds; `judge` gives the figures for one text or pair;
    `engines` are those that a test opened."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.judge: Callable[..., list[float]] = lambda *texts: [1.0, 2.0, float(len(texts[0]))]
        self.requests: list[Any] = []
        self.engines: list[Any] = []
        self.mishaps: list[Mishap] = []
        self.always: Mishap | None = None
        self.version = "1"
        self.datatype = "FP32"
        self.open = self.most_open = 0
        self.hung = threading.Event()
        self.lock = threading.Lock()
        self.url = ""

    def answer(self, path: str, body: Any) -> Answer:
        with self.lock:
            self.requests.append(body)
            mishap = self.mishaps.pop(0) if self.mishaps else self.always
        if mishap and (instead := mishap(body)) is not None:
            return instead
        if path == "/predict":
            return 200, [self._scores(self.judge(*each)) for each in body["inputs"]]
        if path.endswith("/infer"):
            return 200, self._infer(path, body)
        return 404, {"error": f"no {path}"}

    def _scores(self, figures: list[float]) -> list[dict[str, Any]]:
        names = self.pages["/info"]["model_type"]["classifier"]["id2label"]
        scores = [{"label": names[str(at)], "score": each} for at, each in enumerate(figures)]
        return sorted(scores, key=lambda each: -each["score"])

    def _infer(self, path: str, body: Any) -> Any:
        texts = [tensor["data"] for tensor in body["inputs"]]
        rows = [self.judge(*each) for each in zip(*texts, strict=True)]
        asked = body.get("outputs", [{"name": "output"}])
        flat: list[Any] = [figure for row in rows for figure in row]
        if self.datatype == "BYTES":
            names = ["NEG", "NEU", "POS"]
            flat = [
                json.dumps([{"label": n, "score": s} for n, s in zip(names, row, strict=False)])
                for row in rows
            ]
        return {
            "model_name": path.split("/")[3],
            "model_version": self.version,
            "outputs": [
                {
                    "name": asked[0]["name"],
                    "datatype": self.datatype,
                    "shape": [len(rows), len(flat) // len(rows)],
                    "data": flat,
                }
            ],
        }

    def hang(self, _: Any) -> None:
        """Answer when the test is over."""
        self.hung.wait(30)


class Dropped(Exception):
    """The connection is cut in the middle of the answer."""


def drop(_: Any) -> Answer | None:
    raise Dropped


@contextmanager
def serving(server: InferenceServer) -> Iterator[InferenceServer]:
    """Listen on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = server.pages.get(self.path)
            self._send(*((404, {"error": "not found"}) if page is None else (200, page)))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with server.lock:
                server.open += 1
                server.most_open = max(server.most_open, server.open)
            try:
                self._send(*server.answer(self.path, body))
            except Dropped:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[[")
                self.wfile.flush()
                # A reset, not an orderly end.
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.close_connection = True
            finally:
                with server.lock:
                    server.open -= 1

        def _send(self, status: int, document: Any) -> None:
            raw = json.dumps(document).encode()
            self.send_response(status)
            if status in (429, 503):
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass

    with Quiet(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.hung.set()
            http.shutdown()
            thread.join()
