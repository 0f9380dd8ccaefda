"""The one way to the database: the server named by DATABASE_URL, or else the embedded one.

Nothing here starts a server by being imported or by making the settings; it starts with the first
connection that Django opens, or with ``ensure_running``.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from jieban.foundation import env
from jieban.foundation.embedded import EmbeddedServer
from jieban.foundation.errors import SettingError

EMBEDDED_ENGINE = "jieban.foundation.postgres_backend"
PREPARE_AFTER = 3
"""A statement seen so often on a connection is prepared: PostgreSQL plans it once, not each time."""
OWN_ENGINE = "django.db.backends.postgresql"


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """What ``status`` tells: which server, where, whether it runs, and why not."""

    embedded: bool
    running: bool
    place: str
    process_id: int | None
    log: Path | None
    problem: str


def embedded() -> EmbeddedServer | None:
    """Return the embedded server of JIEBAN_HOME (not started by this), or None with DATABASE_URL."""
    if env.database_address():
        return None
    return _server(env.home() / "database", env.durable())


@functools.cache
def _server(folder: Path, durable: bool) -> EmbeddedServer:
    return EmbeddedServer(folder, durable=durable)


def database_url() -> str:
    """Return the address of the database; the embedded server may not be running yet."""
    server = embedded()
    return server.url if server else env.database_address()


def django_database() -> dict[str, Any]:
    """Return the entry for Django's DATABASES; starts nothing.

    Raises SettingError when DATABASE_URL is not a PostgreSQL address. Why the connections persist and
    are not pooled: docs/decisions/0002-database.md.
    """
    parts = _parts(database_url())
    return {
        "ENGINE": EMBEDDED_ENGINE if embedded() else OWN_ENGINE,
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", "5432"),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": PREPARE_AFTER, **parts},
    }


def _parts(url: str) -> dict[str, Any]:
    remedy = "Set DATABASE_URL to postgresql://user:password@host:5432/name, or unset it."
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingError("DATABASE_URL is not the address of a PostgreSQL database.", remedy)
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.Error as error:
        # The address itself is not shown: it may hold a password.
        raise SettingError("DATABASE_URL cannot be read as an address.", remedy) from error
    if not parts.get("dbname"):
        raise SettingError("DATABASE_URL names no database.", remedy)
    return parts


def ensure_running() -> None:
    """Return when the embedded server takes connections, starting it when it is down.

    About a millisecond when it runs. Does nothing with DATABASE_URL. For a worker that keeps its own
    connections: call this after a connection error, then connect again. Raises DatabaseCannotStart.
    """
    if server := embedded():
        server.ensure_running()


def stop(*, force: bool = False) -> bool:
    """Stop the embedded server and return whether it ran; raises DatabaseInUse unless ``force``."""
    server = embedded()
    return server.stop(force=force) if server else False


def reset() -> None:
    """Remove the embedded database with everything in it; raises DatabaseInUse while others use it."""
    server = embedded()
    if server is None:
        raise SettingError(
            "The database of DATABASE_URL is not Jieban's to remove.",
            "Remove it with the tools of that server, or unset DATABASE_URL.",
        )
    server.reset()


def status() -> DatabaseState:
    """Return which database is in use and whether it answers, starting nothing."""
    if server := embedded():
        state = server.state()
        return DatabaseState(True, state.running, str(state.data), state.process_id, state.log, "")
    parts = _parts(database_url())
    place = f"{parts.get('host', 'localhost')}:{parts.get('port', '5432')}/{parts['dbname']}"
    try:
        psycopg.connect(database_url(), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return DatabaseState(False, False, place, None, None, str(error).strip())
    return DatabaseState(False, True, place, None, None, "")
