"""Django's PostgreSQL backend, which starts the embedded server and brings it back when it died.

Django looks for ``DatabaseWrapper`` in a module of this name.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from jieban.foundation import database


class DatabaseWrapper(base.DatabaseWrapper):
    """Connections to the embedded server."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; when that fails, have the server running and try once more."""
        server = database.embedded()
        if server is None:
            return super().get_new_connection(conn_params)
        server.join()
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            server.ensure_running()
            return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        """Return whether the connection still stands, without a round trip.

        The socket is local: when the server went away the kernel says so at once, so that nothing to
        read on an idle connection means that it lives. Saves a ``SELECT 1`` with every request.
        """
        if self.connection is None or self.connection.closed:
            return False
        poller = select.poll()
        poller.register(self.connection.fileno(), select.POLLIN)
        return not poller.poll(0) or super().is_usable()
