"""Settings of the tests: a home of their own with one embedded server, removed at the end."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_OWNER = "JIEBAN_TESTS_OWNER"


def _own_home() -> None:
    """Set before the settings read the environment; the workers of xdist inherit it."""
    if _OWNER in os.environ:
        return
    home = Path(tempfile.mkdtemp(prefix="jieban-tests-"))
    home.chmod(0o755)
    os.environ.update({_OWNER: str(os.getpid()), "JIEBAN_HOME": str(home), "JIEBAN_DURABLE": "0"})
    os.environ.setdefault("JIEBAN_SECRET", "only-for-tests-" + "x" * 50)
    atexit.register(_remove_home, home, os.getpid())


def _remove_home(home: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    from jieban.foundation import database

    database.stop(force=True)
    shutil.rmtree(home, ignore_errors=True)


_own_home()

from jieban.settings import *  # noqa: E402, F403 (the home comes first)

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
