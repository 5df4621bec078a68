"""A PostgreSQL server of one's own, for a laptop or for tests: the binaries come from the package `pgserver` or from
the system, the data lie in a folder."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from resspec.errors import SearchError
from resspec.study.stopping import TERMINATED, stoppable

SUPERUSER = "resspec"
ACCOUNTS = ("postgres", "pgserver", "nobody")
"""PostgreSQL refuses to run as root; it then runs as the first of these that the system has."""
LIBRARIES = "pgserver.libs"
"""Where the package has its programs' libraries, beside itself."""
CONNECTIONS = 300
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
START_SECONDS, STOP_SECONDS = 60.0, 30.0
EVERYBODY = ("0.0.0.0/0", "::/0")


class Server:
    """The server of a folder. Its address holds a password that was drawn when the folder was made."""

    def __init__(
        self, folder: Path, host: str = "127.0.0.1", port: int | None = None, settings: Mapping[str, str] = NO_SETTINGS
    ) -> None:
        """Make the folder's database where there is none; SearchError where no PostgreSQL is found or may run."""
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._host = host
        self._settings = settings
        self._account = account()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._bin = self._runnable(binaries())
        if not (self._data / "PG_VERSION").exists():
            self._make()
        self._port = port or self._known_port() or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address, password included, for this machine or, where all may come, for others."""
        host = socket.gethostname() if self._host in ("0.0.0.0", "::", "*") else self._host  # noqa: S104
        password = (self._folder / "password").read_text(encoding="ascii").strip()
        return f"postgresql://{SUPERUSER}:{password}@{host}:{self._port}/postgres"

    def start(self) -> None:
        """Start, and wait until connections are taken; SearchError where that fails, or where one runs already."""
        self._refuse_second()
        settings = {
            "listen_addresses": self._host,
            "port": self._port,
            "unix_socket_directories": "",
            "max_connections": CONNECTIONS,
            **self._settings,
        }
        words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self._bin / "postgres", "-D", self._data, *words],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # ctrl-C is ours, the server's end is a clean one
                **self._account,
            )
        (self._folder / "port").write_text(str(self._port), encoding="ascii")
        self._wait()

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop: open transactions are rolled back, connections closed."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        self._process = None

    def wait(self) -> None:
        """Wait until the server ends by itself."""
        if self._process is not None:
            self._process.wait()

    def _refuse_second(self) -> None:
        """SearchError where the folder has a server, such as one whose `serve` was killed."""
        file = self._data / "postmaster.pid"
        port = self._known_port()
        if file.exists() and port is not None and answers(self.url.replace(f":{self._port}/", f":{port}/")):
            pid = file.read_text(encoding="ascii").split()[0]
            raise SearchError.of(
                "RS517",
                f"a server runs in {self._folder} already, at port {port}, as process {pid}",
                remedy=f"use it, or end it with `kill -INT {pid}`",
            )

    def _wait(self) -> None:
        assert self._process is not None
        end = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            if answers(self.url):
                return
            time.sleep(0.05)
        log = (self._folder / "server.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SearchError.of("RS517", f"PostgreSQL did not start in {self._folder}: {(log or ['no word of it'])[-1]}")

    def _make(self) -> None:
        """An empty database with a password."""
        password = self._folder / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(18) + "\n", encoding="ascii")
        self._data.mkdir(mode=0o700, exist_ok=True)
        if self._account:
            os.chown(self._data, self._account["user"], self._account["group"])
            os.chown(password, self._account["user"], self._account["group"])
        options = ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8", "--locale=C"]
        made = subprocess.run(  # noqa: S603
            [self._bin / "initdb", "-D", self._data, "-U", SUPERUSER, *options],
            capture_output=True,
            check=False,
            text=True,
            **self._account,
        )
        if made.returncode:
            said = made.stderr.strip().splitlines() or ["no word of it"]
            raise SearchError.of("RS517", f"no database can be made in {self._folder}: {said[-1]}")
        with (self._data / "pg_hba.conf").open("a", encoding="ascii") as access:
            access.writelines(f"host all all {network} scram-sha-256\n" for network in EVERYBODY)

    def _known_port(self) -> int | None:
        """The port of last time, so that an address stays good."""
        file = self._folder / "port"
        return int(file.read_text(encoding="ascii")) if file.exists() else None

    def _runnable(self, found: Path) -> Path:
        """Binaries that the account may run; those in a closed folder, such as root's home, are copied."""
        self._folder.chmod(self._folder.stat().st_mode | 0o055)
        if self._account and not self._may_run("/bin/sh", "-c", f'test -x "{self._folder}"'):
            raise SearchError.of(
                "RS517",
                f"PostgreSQL does not run as root, and {self._folder} is closed to others",
                remedy="name a folder that others may enter: --path /var/tmp/resspec",
            )
        if not self._account or self._may_run(str(found / "postgres"), "--version"):
            return found
        copied = self._folder / "postgres" / "pgserver" / "pginstall"
        if not copied.exists():
            libraries = found.parents[2] / LIBRARIES
            if libraries.is_dir():
                shutil.copytree(libraries, self._folder / "postgres" / LIBRARIES, symlinks=True)
            shutil.copytree(found.parent, copied, symlinks=True)
        return copied / "bin"

    def _may_run(self, *words: str) -> bool:
        try:
            return not subprocess.run(words, capture_output=True, check=False, **self._account).returncode  # noqa: S603
        except PermissionError:
            return False


@contextmanager
def serving(folder: Path, host: str, port: int | None) -> Iterator[Server]:
    """A server that runs during the block. Ctrl-C and SIGTERM end the block, and are no failure."""
    server = Server(folder, host, port)
    server.start()
    try:
        with stoppable(), suppress(KeyboardInterrupt):
            yield server
    except SystemExit as stop:
        if stop.code != TERMINATED:
            raise
    finally:
        server.stop()


def account() -> dict[str, Any]:
    """As whom the server runs: nothing for oneself, an account where that would be root."""
    if not hasattr(os, "geteuid") or os.geteuid():
        return {}
    import pwd  # noqa: PLC0415  # not on Windows

    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return {"user": known[name].pw_uid, "group": known[name].pw_gid, "extra_groups": [], "cwd": "/"}
    raise SearchError.of("RS517", "PostgreSQL does not run as root, and there is no other account to run it as")


def binaries() -> Path:
    """The folder of PostgreSQL's programs; SearchError where there is none."""
    for folder in places():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise SearchError.of(
        "RS517", "no PostgreSQL was found on this machine", remedy="pip install 'resspec[serve]' brings one"
    )


def places() -> Iterator[Path]:
    """Where PostgreSQL's programs may lie: in the package that brings them, on the path, where Debian puts them."""
    package = importlib.util.find_spec("pgserver")  # its own start changes modes of folders and adds accounts
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"
    found = shutil.which("postgres")
    if found:
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def answers(url: str) -> bool:
    """Whether a server takes connections."""
    import psycopg  # noqa: PLC0415  # an extra

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
