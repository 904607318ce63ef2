"""A real PostgreSQL of the tests' own: found or installed, then started, killed and stopped at will."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import asyncpg

from tests.provision import programs
from tests.provision.leash import LeashedGroup
from tests.provision.ports import free_port
from tests.provision.programs import ProvisionError

START_TIMEOUT_SECONDS = 60
_STOP_GRACE_SECONDS = 20
_POLL_SECONDS = 0.05
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
_SUPERUSER = "dossier"
# The server refuses to run as root; where the tests do, it runs as this user.
_UNPRIVILEGED = "nobody"

# A database that lives as long as the tests outlives processes that are killed, not a power cut.
_CONFIG = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = off
synchronous_commit = on
full_page_writes = off
shared_buffers = 64MB
max_connections = 300
max_wal_size = 256MB
autovacuum_naptime = 10s
log_min_messages = warning
"""


def find_or_install() -> Path:
    """Return the folder of the newest installed server's programs, installing one first where there is none.

    Raises:
        ProvisionError: There is none, and it cannot be installed.
    """
    return programs.ensure("initdb", "postgresql", _FOLDERS).parent


def as_unprivileged() -> list[str]:
    """Return what makes a command run as somebody else than root; nothing where it does so anyhow."""
    return ["setpriv", f"--reuid={_UNPRIVILEGED}", "--clear-groups"] if os.geteuid() == 0 else []


def unprivileged_folder() -> Path:
    """Make a folder that such a command can use, which the folders of root's tests are not."""
    folder = Path(tempfile.mkdtemp(prefix="dossier-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


class PostgresqlServer:
    """One server with its own port, data and log; every method blocks until the deed is done."""

    def __init__(self, binaries: Path, directory: Path) -> None:
        """Make an empty cluster below the directory; nothing runs until start. Raises ProvisionError."""
        self.port = free_port()
        self._binaries = binaries
        self._log = directory / "postgresql.log"
        self._group: LeashedGroup | None = None
        self._data = unprivileged_folder()
        options = ["--auth=trust", f"--username={_SUPERUSER}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        code, output = programs.run(
            [*as_unprivileged(), str(binaries / "initdb"), *options, "-D", str(self._data)], timeout_seconds=120
        )
        if code != 0:
            raise ProvisionError(f"PostgreSQL could not make its data directory: {output}")
        with (self._data / "postgresql.conf").open("a") as config:
            config.write(_CONFIG.format(port=self.port))

    def url(self, database: str, *, user: str = _SUPERUSER) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://{quote(user)}:secret@127.0.0.1:{self.port}/{quote(database)}"

    def start(self) -> None:
        """Start it and return when it answers; nothing happens when it runs already. Raises ProvisionError."""
        if self._group and self._group.is_running():
            return
        self._group = LeashedGroup(
            [*as_unprivileged(), str(self._binaries / "postgres"), "-D", str(self._data)],
            log=self._log,
            environ={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            folder=self._data,
            last_rites=f"rm -rf '{self._data}';",
        )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._answers():
            if not self._group.is_running() or time.monotonic() > deadline:
                raise ProvisionError(f"PostgreSQL did not come up on port {self.port}; its log ends:\n{self._tail()}")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop it as a service manager does; nothing happens when it does not run."""
        if self._group:
            self._group.terminate(grace_seconds=_STOP_GRACE_SECONDS)
            self._group = None

    def kill(self) -> None:
        """Kill it and its children with SIGKILL, as a crash or an OOM kill would."""
        if self._group:
            self._group.kill()
            self._group = None
            # A container that does not reap the dead makes the next start believe that this one lives.
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def close(self) -> None:
        """End it at once and delete its data; its log stays."""
        self.kill()
        shutil.rmtree(self._data, ignore_errors=True)

    def create_database(self, name: str) -> None:
        """Make an empty database."""
        command = [str(self._binaries / "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", _SUPERUSER, name]
        code, output = programs.run(command, timeout_seconds=programs.PROBE_TIMEOUT_SECONDS)
        if code != 0:
            raise ProvisionError(f"PostgreSQL did not make the database {name}: {output}")

    async def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each for itself; what stands in one after another is one transaction."""
        connection = await asyncpg.connect(self.url(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def _answers(self) -> bool:
        probe = [str(self._binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", _SUPERUSER]
        return programs.run(probe, timeout_seconds=programs.PROBE_TIMEOUT_SECONDS)[0] == 0

    def _tail(self) -> str:
        return self._log.read_text(errors="replace")[-4000:] if self._log.exists() else ""
