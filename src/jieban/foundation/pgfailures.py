"""Turns what PostgreSQL says when it does not start into words for the operator."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from jieban.foundation.errors import DatabaseCannotStart

START_SECONDS = 120.0  # crash recovery replays up to max_wal_size of log

log = logging.getLogger("jieban.database")

# What the log holds → what happened, what to do.
_CAUSES = (
    ("No space left on device", "the disk is full", "Free some space on that disk and start again."),
    ("Disk quota exceeded", "your disk quota is used up", "Free some space and start again."),
    (
        "Read-only file system",
        "the disk cannot be written to",
        "Set JIEBAN_HOME to a folder on a disk that can be written to.",
    ),
    (
        "Permission denied",
        "the server may not read or write one of its files",
        "Give the owner of the data folder the right to all that is in it (chown -R), "
        "or set JIEBAN_HOME to another folder.",
    ),
    (
        "Cannot allocate memory",
        "there is not enough memory",
        "Free some memory, or set a lower shared_buffers in data/postgresql.conf.",
    ),
    (
        "could not create any Unix-domain sockets",
        "the server's socket cannot be made",
        "Set JIEBAN_HOME to a folder on a local disk.",
    ),
    (
        "unrecognized configuration parameter",
        "data/postgresql.conf holds a setting that PostgreSQL does not know",
        "Correct the line named below.",
    ),
    (
        "configuration file",
        "data/postgresql.conf holds an error",
        "Correct the line named below.",
    ),
    (
        "could not locate a valid checkpoint record",
        "the database files are damaged",
        "Put back your last backup of the folder.",
    ),
    (
        "error while loading shared libraries",
        "this system lacks a library that PostgreSQL needs",
        "Install the library named below, or set DATABASE_URL to a server of your own.",
    ),
)

# Seen for a moment after the server was killed: its last processes have not ended yet.
_PASSING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')


def is_passing(lines: str) -> bool:
    """Return whether the server only has to be tried again a moment later."""
    return any(sign in lines for sign in _PASSING)


def explain(folder: Path, log: Path, lines: str) -> DatabaseCannotStart:
    """Return the error for a server in ``folder`` that did not start and said ``lines``."""
    for sign, cause, remedy in _CAUSES:
        if sign in lines:
            return DatabaseCannotStart(
                f"The database in {folder} cannot start: {cause}.", f"{remedy} Log: {log}", lines
            )
    return DatabaseCannotStart(
        f"The database in {folder} cannot start.",
        f"Put right what the lines below name (whole log: {log}), or set DATABASE_URL to a server "
        "of your own.",
        lines,
    )


def is_stale_socket(lock: Path, data: Path) -> bool:
    """Return whether the socket lock file ``lock`` was left by the server with the files ``data``."""
    try:
        lines = lock.read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 1 and lines[1] == str(data)


def tail(path: Path, start: int = 0, lines: int = 12) -> str:
    """Return the last lines of a log, none from before the byte ``start``."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(start, path.stat().st_size - 8000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


class Patience:
    """Waits a moment at a time, says so when it takes long, and ends in an error."""

    def __init__(self, data: Path, log_file: Path) -> None:
        self._data = data
        self._log = log_file
        self._begun = time.monotonic()
        self._told = False

    def wait(self) -> None:
        """Wait a moment; raises DatabaseCannotStart after START_SECONDS since this object was made."""
        passed = time.monotonic() - self._begun
        if passed > START_SECONDS:
            raise DatabaseCannotStart(
                f"The database in {self._data} was not ready after {START_SECONDS:.0f} seconds.",
                "After a crash it may still be repairing itself: wait and start again. "
                f"Its log is {self._log}.",
                tail(self._log),
            )
        if passed > 3 and not self._told:
            self._told = True
            log.warning("Waiting for the database in %s to be ready (log: %s)", self._data, self._log)
        time.sleep(0.02)
