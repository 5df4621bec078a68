"""Locks in a PostgreSQL database, on a connection of their own: whoever dies, or loses the connection, has let go."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from resspec.study.stores.patience import Patience
from resspec.study.stores.store import Busy

TURN_MILLISECONDS = 2000
"""How long we wait in the server's queue, where ctrl-C is not heard."""
POLL_SECONDS = 0.5
LOCK_NOT_AVAILABLE = "55P03"
KEEPALIVE = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
"""The server notices within a minute that a machine is gone, and lets go of its locks."""


class LockLost(Exception):  # noqa: N818  # what was begun under the lock is begun anew
    """The connection that held a lock broke."""


class AdvisoryLocks:
    """Locks by name. A lock is held by the thread that took it."""

    def __init__(self, url: str, patience: Patience) -> None:
        self._patience = patience
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._holders: dict[str, tuple[int, Connection]] = {}

    @contextmanager
    def held(self, what: str, *, waits: bool = True) -> Iterator[None]:
        """Hold a lock during the block; Busy where another process holds it and this one is not to wait."""
        key = key_of(what)
        self._holders[what] = (
            threading.get_ident(),
            self._patience.with_(lambda: self._taken(key) if waits else self._tried(key)),
        )
        try:
            yield
        finally:
            del self._holders[what]
            with suppress(DBAPIError):  # a connection that broke holds nothing
                self._connected().execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    def refuse_loss(self, what: str) -> None:
        """LockLost where this thread took a lock and its connection has broken since."""
        thread, connection = self._holders.get(what, (0, None))
        if connection is None or thread != threading.get_ident():
            return
        try:
            if connection is self._connected():
                connection.execute(text("SELECT 1"))
                return
        except DBAPIError as error:
            raise LockLost from error
        raise LockLost

    def close(self) -> None:
        """Let go of everything."""
        if self._connection is not None:
            with suppress(DBAPIError):
                self._connection.close()
        self._engine.dispose()

    def _taken(self, key: int) -> Connection:
        """Wait for a lock, first in the server's queue, then by asking now and then; the connection that holds it."""
        connection = self._connected()
        try:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
        else:
            return connection
        while True:  # the last comparison may take hours, and each wait that times out is a line in the server's log
            with suppress(Busy):
                return self._tried(key)
            time.sleep(POLL_SECONDS)

    def _tried(self, key: int) -> Connection:
        """Take a lock that nobody holds."""
        connection = self._connected()
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            raise Busy
        return connection

    def _connected(self) -> Connection:
        """The connection of the locks, made anew where it broke: a new one holds no lock."""
        if self._connection is None or self._connection.invalidated or self._connection.closed:
            self._drop()
            self._connection = self._engine.connect()
            for setting, value in {"lock_timeout": TURN_MILLISECONDS, **KEEPALIVE}.items():
                self._connection.execute(text(f"SET {setting} = {value}"))
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(DBAPIError):
                self._connection.close()
        self._connection = None


def key_of(what: str) -> int:
    """The 64 bits that PostgreSQL knows a lock by."""
    return int.from_bytes(hashlib.sha256(f"resspec {what}".encode()).digest()[:8], "big", signed=True)
