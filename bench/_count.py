"""Counts the SQL statements of one action: ``python -m bench._count filing|listing``."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

TEXTS = ("", "双井街道富力城暖气不热", "回龙观街道龙锦苑路灯坏了好几天", "中关村街道有人占道经营")
"""One matter each."""


def main(what: str) -> int:
    """The number of statements that Django sent, BEGIN and COMMIT among them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from jieban.people.actions import do_make_api_key

    key = do_make_api_key("count", now=datetime.now(UTC))
    client = Client(headers={"X-API-Key": key}, SERVER_NAME="localhost")

    def act(number: int) -> None:
        if what == "listing":
            answer = client.get("/api/v1/tickets?size=20")
        else:
            body = {"text": TEXTS[number], "phone": f"1391234{number:04d}"}
            answer = client.post("/api/v1/tickets", body, content_type="application/json")
        if answer.status_code not in (200, 201):
            raise RuntimeError(answer.content.decode()[:500])

    act(1)
    with CaptureQueriesContext(connection) as captured:
        act(2)
    return len(captured)


if __name__ == "__main__":
    print(main(sys.argv[1]))
