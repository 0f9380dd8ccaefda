"""File locks that the kernel drops when their process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from jieban.foundation.errors import DatabaseCannotStart
from jieban.foundation.pgbinaries import Account


def lock_file(path: Path, account: Account) -> int:
    """Open the lock file ``path``, made for ``account`` when missing, and return its descriptor."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            os.fchown(descriptor, account.uid, account.gid)
    except OSError as error:
        raise DatabaseCannotStart(
            f"The lock {path} of the database cannot be opened: {error.strerror}.",
            "Start Jieban as the user who owns that folder, or set JIEBAN_HOME to a folder of yours.",
        ) from error
    return descriptor


def try_exclusive(descriptor: int) -> bool:
    """Take the lock alone, giving up a shared one; return False at once when somebody else holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
