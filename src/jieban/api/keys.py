"""Who calls the API: a connected system with its key."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import APIKeyHeader

from jieban.people.models import ApiKey
from jieban.people.queries import api_key


class Key(APIKeyHeader):
    """The header ``X-API-Key``. One SQL statement per call."""

    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        """The system that holds this key, or None, which answers 401."""
        return api_key(key) if key else None
