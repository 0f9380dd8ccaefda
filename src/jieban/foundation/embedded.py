"""The embedded PostgreSQL server: started by the first process that needs it, stopped by the last.

Any number of processes share one server. How they keep out of each other's way:

1. Who uses the server holds a shared lock on ``users.lock`` for as long as it lives. The kernel drops
   the lock when the process dies, however it dies, so that no list of process ids can go stale.
2. Who starts or stops the server holds ``start.lock`` alone for that time.
3. Who leaves tries, under ``start.lock``, to turn its shared users lock into an exclusive one. Only the
   last user can, and stops the server. When that one was killed the server stays up, and the next
   last one stops it.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import pq

from jieban.foundation import env, pgbinaries
from jieban.foundation.errors import DatabaseCannotStart, DatabaseInUse, SettingError
from jieban.foundation.pgbinaries import Account
from jieban.foundation.pgfailures import START_SECONDS, Patience, explain, is_passing, is_stale_socket, tail
from jieban.foundation.pglocks import lock_file, try_exclusive

NAME = "jieban"  # of the database and of its owner
LOG_BYTES = 10_000_000
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_BYTES = 103  # macOS; Linux allows 107

# Written to postgresql.conf once, where an operator may change them.
_TUNABLE = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "fsync": "on",
    "synchronous_commit": "on",
}
# Given at every start: the server listens to nobody but the processes of its own user, on this socket.
_FIXED = {"listen_addresses": "", "port": "5432", "unix_socket_permissions": "0700"}
# A commit still reaches the operating system, so that it survives a killed server, not a power cut.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}

log = logging.getLogger("jieban.database")


@dataclass(frozen=True, slots=True)
class ServerState:
    """What is known about the embedded server at one moment."""

    running: bool
    process_id: int | None
    data: Path
    log: Path


class EmbeddedServer:
    """One PostgreSQL server whose files are in ``folder``; making the object starts nothing.

    With ``durable`` false the server does not wait for the disk, which only tests may want.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.data = folder / "data"
        self.log = folder / "server.log"
        self._users: int | None = None
        self._mutex = threading.RLock()
        os.register_at_fork(after_in_child=self._forget)

    @property
    def socket_dir(self) -> Path:
        """The folder of the server's socket: its own, or a short one under /tmp when that is too long."""
        if len(os.fsencode(self.folder / _SOCKET)) <= _SOCKET_PATH_BYTES:
            return self.folder
        return Path("/tmp") / f"jieban-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]}"

    @property
    def url(self) -> str:
        """The address of the database ``jieban``, for any program that takes a PostgreSQL URL."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.socket_dir), safe='')}"

    def join(self) -> None:
        """Become a user of the server and have it running; costs nothing when this process is one."""
        if self._users is None:
            self.ensure_running()

    def ensure_running(self) -> None:
        """Become a user of the server and return when it takes connections.

        Starts it when it is down, and makes its folder when it is the first time. Raises
        DatabaseCannotStart when the server cannot be made ready within two minutes.
        """
        with self._mutex:
            if self._users is not None and self._ping() == pq.Ping.OK:
                return
            account = self._prepare()
            with self._alone(account):
                if self._users is not None:
                    self._start(account)
                    return
                users = lock_file(self.folder / "users.lock", account)
                try:
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._start(account)
                except BaseException:
                    os.close(users)
                    raise
                self._users = users
                atexit.register(self.leave)

    def leave(self) -> None:
        """Stop using the server; the last process to leave stops it."""
        with self._mutex:
            if self._users is None:
                return
            atexit.unregister(self.leave)
            try:
                with self._alone(pgbinaries.account_for(self.data), patience=10.0) as account:
                    if try_exclusive(self._users):
                        self._stop(account)
            except (DatabaseCannotStart, OSError) as error:
                log.warning("The database server was left running: %s", error)
            finally:
                os.close(self._users)
                self._users = None

    def stop(self, *, force: bool = False) -> bool:
        """Stop the server; return whether it had been running.

        Raises DatabaseInUse when other processes use it, unless ``force`` is true; those would start
        it again at their next query.
        """
        if not self.data.exists():
            return False
        with self._mutex, self._alone_and_sole(force=force) as account:
            return self._stop(account)

    def reset(self) -> None:
        """Stop the server and remove the database with everything in it; refuses while it is in use."""
        if not self.folder.exists():
            return
        with self._mutex, self._alone_and_sole(force=False) as account:
            self._stop(account)
            shutil.rmtree(self.data, ignore_errors=True)
            if self.data.exists():
                raise DatabaseCannotStart(
                    f"The database files in {self.data} could not all be removed.",
                    f"Remove that folder as the user {account.name}.",
                )

    def state(self) -> ServerState:
        """Return what is known about the server, starting nothing."""
        running = self.data.exists() and self._ping() in (pq.Ping.OK, pq.Ping.REJECT)
        return ServerState(running, self._process_id() if running else None, self.data, self.log)

    # ---- locks -------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """In a forked child: the lock is the parent's; the child takes its own when it needs one."""
        self._mutex = threading.RLock()
        if self._users is not None:
            os.close(self._users)
            self._users = None

    @contextmanager
    def _alone(self, account: Account, patience: float = START_SECONDS) -> Iterator[Account]:
        """Hold ``start.lock``, so that nobody else starts or stops the server."""
        descriptor = lock_file(self.folder / "start.lock", account)
        try:
            deadline = time.monotonic() + patience
            while not try_exclusive(descriptor):
                if time.monotonic() > deadline:
                    raise DatabaseCannotStart(
                        f"Another process has been starting or stopping the database in {self.folder} "
                        f"for {patience:.0f} seconds.",
                        f"See {self.log}; wait for that process or end it, then try again.",
                    )
                time.sleep(0.02)
            yield account
        finally:
            os.close(descriptor)

    @contextmanager
    def _alone_and_sole(self, *, force: bool) -> Iterator[Account]:
        """As ``_alone``, and with no other process using the server, unless ``force`` is true."""
        with self._alone(pgbinaries.account_for(self.data)) as account:
            own = self._users
            descriptor = own if own is not None else lock_file(self.folder / "users.lock", account)
            try:
                if not try_exclusive(descriptor) and not force:
                    raise DatabaseInUse(
                        f"Other Jieban processes use the database in {self.folder}.",
                        "Stop those first (the web server, the workers, an open shell), then try again.",
                    )
                yield account
            finally:
                if own is None:
                    os.close(descriptor)
                else:
                    fcntl.flock(own, fcntl.LOCK_SH)

    # ---- start -------------------------------------------------------------------------------------

    def _prepare(self) -> Account:
        """Make the folder and return who runs the server."""
        try:
            env.make_folder(self.folder.parent)
            account = pgbinaries.account_for(self.data)
            if not self.folder.exists():
                self._make_folder(account)
        except (OSError, SettingError) as error:
            raise DatabaseCannotStart(
                f"The folder {self.folder} for the database cannot be made.",
                "Give yourself the right to write there, or set JIEBAN_HOME to a folder that you own.",
                str(error),
            ) from error
        if closed := account.can_enter(self.folder):
            raise DatabaseCannotStart(
                f"The user {account.name}, who runs the database, may not enter {closed}.",
                f"Set JIEBAN_HOME to an open place such as {env.SYSTEM_HOME}, or open the folder "
                f"(chmod o+x {closed}).",
            )
        return account

    def _make_folder(self, account: Account) -> None:
        """Make the folder under its name only when it already belongs to ``account``.

        Another process that starts at the same moment sees no folder, or one that it can use.
        """
        made = Path(tempfile.mkdtemp(prefix=f".{self.folder.name}-", dir=self.folder.parent))  # mode 0700
        try:
            if os.geteuid() == 0:
                os.chown(made, account.uid, account.gid)
            made.rename(self.folder)
        except OSError:
            made.rmdir()
            if not self.folder.exists():  # else another process was first, and has begun to use it
                raise

    def _start(self, account: Account) -> None:
        patience = Patience(self.data, self.log)
        while (answer := self._ping()) != pq.Ping.OK:
            if answer == pq.Ping.REJECT or self._leftovers():
                patience.wait()
            else:
                self._launch(account, patience)
        self._make_database()

    def _launch(self, account: Account, patience: Patience) -> None:
        programs = pgbinaries.find(self.folder, account)
        if not self.data.exists():
            self._initialise(programs, account)
        self._check_version()
        self._make_socket_dir(account)
        self._remove_stale_locks()
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        before = self.log.stat().st_size if self.log.exists() else 0
        values = dict(_FIXED, unix_socket_directories=str(self.socket_dir))
        if not self.durable:
            values |= _NOT_DURABLE
        options = " ".join(f"-c {name}='{value}'" for name, value in values.items())
        wait = ["-w", "-t", f"{START_SECONDS:.0f}"]
        command = ["start", "-D", str(self.data), "-l", str(self.log), "-o", options, *wait]
        with tempfile.TemporaryFile() as said:  # a pipe would stay open as long as the server runs
            pg_ctl = pgbinaries.start_program(
                programs / "pg_ctl", command, account, said.fileno(), self.folder
            )
            while (code := pg_ctl.poll()) is None:
                patience.wait()
            said.seek(0)
            complaint = said.read().decode(errors="replace")
        if code:
            lines = tail(self.log, before) or complaint
            if not is_passing(lines):
                raise explain(self.folder, self.log, lines)
            patience.wait()

    def _initialise(self, programs: Path, account: Account) -> None:
        half = self.folder / "data.half"  # a kill in the middle leaves no half database behind
        shutil.rmtree(half, ignore_errors=True)
        tunable = dict(_TUNABLE)
        build = pgbinaries.run(programs / "pg_config", ["--configure"], account, self.folder).stdout
        if "--with-lz4" in build:
            tunable["wal_compression"] = "lz4"
        command = ["-D", str(half), "-U", NAME, "--auth=trust", "--encoding=UTF8", "--locale=C"]
        # Characters sort by code point, in one way on every machine, and upper() knows all of Unicode.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        for name, value in tunable.items():
            command += ["-c", f"{name}={value}"]
        if not self.durable:
            command.append("--no-sync")
        done = pgbinaries.run(programs / "initdb", command, account, self.folder)
        if done.returncode:
            raise explain(self.folder, self.log, "\n".join(done.stdout.splitlines()[-12:]))
        half.rename(self.data)

    def _check_version(self) -> None:
        version = self.data / "PG_VERSION"
        found = version.read_text().strip() if version.exists() else "an unknown version"
        if found != str(pgbinaries.MAJOR):
            raise DatabaseCannotStart(
                f"The database files in {self.data} are of PostgreSQL {found}, not {pgbinaries.MAJOR}.",
                "Dump them with the Jieban that made them and load the dump here, or set JIEBAN_HOME "
                "to another folder.",
            )

    def _make_socket_dir(self, account: Account) -> None:
        folder = self.socket_dir
        if folder == self.folder:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), account.uid):
            raise DatabaseCannotStart(
                f"The folder {folder} for the database's socket belongs to somebody else.",
                "Remove it, or set JIEBAN_HOME to a folder with a shorter name.",
            )
        if os.geteuid() == 0:
            os.chown(folder, account.uid, account.gid)

    def _make_database(self) -> None:
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(f'CREATE DATABASE "{NAME}"')

    # ---- stop --------------------------------------------------------------------------------------

    def _stop(self, account: Account) -> bool:
        if self._ping() == pq.Ping.NO_RESPONSE and not self._leftovers():
            return False
        programs = pgbinaries.find(self.folder, account)
        for mode in ("fast", "immediate"):
            command = ["stop", "-D", str(self.data), "-m", mode, "-w", "-t", "60"]
            done = pgbinaries.run(programs / "pg_ctl", command, account, self.folder)
            if done.returncode == 0:
                return True
        raise DatabaseCannotStart(
            f"The database server in {self.data} did not stop.",
            f"See {self.log}; end the process {self._process_id()} by hand.",
            done.stdout,
        )

    # ---- looking -----------------------------------------------------------------------------------

    def _conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket_dir), port=5432, user=NAME, dbname=database, connect_timeout=10
        )

    def _ping(self) -> pq.Ping:
        return pq.Ping(pq.PGconn.ping(self._conninfo("postgres").encode()))

    def _process_id(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _leftovers(self) -> bool:
        """Whether a process of a server with these files still lives, also one whose master was killed."""
        here = str(self.data.resolve())
        for process in psutil.process_iter(["name"]):
            if (process.info["name"] or "").startswith("postgres"):
                try:
                    if process.cwd() == here and process.status() != psutil.STATUS_ZOMBIE:
                        return True
                except psutil.Error:
                    continue
        return False

    def _remove_stale_locks(self) -> None:
        """Remove the lock files of a server that died.

        PostgreSQL does so by itself, unless their process id now belongs to another program of ours,
        as happens after the restart of a container. Called with no process of that server alive.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if is_stale_socket(self.socket_dir / f"{_SOCKET}.lock", self.data):
            (self.socket_dir / f"{_SOCKET}.lock").unlink(missing_ok=True)
