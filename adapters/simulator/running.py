"""The simulated provider on a port of this machine, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters.simulator.graph import Graph


class _Breakable(HttpToolsProtocol):
    """Lets a route reach its own connection, to break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Guest(uvicorn.Server):
    """A server in somebody else's loop: signals belong to whoever runs that."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(graph: Graph) -> uvicorn.Server:
    """The server of a graph, for whoever brings a socket and a loop: `await server.serve([sock])`."""
    return _Guest(
        uvicorn.Config(
            graph.app,
            http=_Breakable,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            log_level="error",
            timeout_graceful_shutdown=1,
        )
    )


def listening(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """A socket to serve on; port 0 takes any free one."""
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind((host, port))
    return taken


@contextlib.contextmanager
def running(graph: Graph, port: int = 0) -> Iterator[str]:
    """Serve until the block ends; the base URL."""
    with listening(port) as sock:
        serving = server(graph)
        thread = threading.Thread(target=serving.run, args=([sock],), name="graph", daemon=True)
        thread.start()
        try:
            while not serving.started:
                if not thread.is_alive():
                    raise RuntimeError("the simulated Graph API did not start")
                thread.join(0.005)
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            serving.should_exit = True
            thread.join(10)
