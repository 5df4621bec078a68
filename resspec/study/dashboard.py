"""optuna-dashboard on a study: a real server, for as long as somebody looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from resspec.errors import SearchError
from resspec.study.result import Result


class Silent(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the base names it
        """Nothing."""


@dataclass(frozen=True)
class Dashboard:
    """A running server."""

    url: str
    thread: threading.Thread

    def wait(self) -> None:
        """Until the process is interrupted."""
        while self.thread.is_alive():
            self.thread.join(timeout=0.5)


@contextmanager
def dashboard_of(result: Result, host: str = "127.0.0.1", port: int = 0) -> Iterator[Dashboard]:
    """Serve the dashboard of a study's storage; SearchError without optuna-dashboard, or where the port is taken."""
    try:
        from optuna_dashboard import wsgi  # noqa: PLC0415  # an extra, needed for this verb alone
    except ImportError:
        raise SearchError.of(
            "RS552",
            "the dashboard needs optuna-dashboard, which is not installed",
            remedy="pip install 'resspec[dashboard]'",
        ) from None
    application = wsgi(result.study._storage)  # noqa: SLF001  # Optuna has no public way to a study's storage
    try:
        server: WSGIServer = make_server(host, port, application, handler_class=Silent)
    except OSError as error:
        raise SearchError.of(
            "RS554",
            f"{host}:{port} cannot be served from: {error.strerror or error}",
            remedy="give another --port or --host",
        ) from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    number = result.study._study_id  # noqa: SLF001  # what the dashboard's addresses are made of
    try:
        yield Dashboard(f"http://{host}:{server.server_port}/dashboard/studies/{number}", thread)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
