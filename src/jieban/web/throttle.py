"""Failed look-ups are counted for a quarter of an hour; after too many nobody looks any further."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

WINDOW_SECONDS = 15 * 60
PER_SESSION = 10
PER_ADDRESS = 60
"""Higher than for a session: a whole office, or everybody behind one proxy, may share an address."""


def too_many(request: HttpRequest) -> bool:
    """Whether this session or this network address has failed too often. No SQL statement."""
    return any(cache.get(key, 0) >= most for key, most in _keys(request))


def count_failure(request: HttpRequest) -> None:
    """Remember a failed look-up."""
    for key, _most in _keys(request):
        cache.add(key, 0, WINDOW_SECONDS)
        try:
            cache.incr(key)
        except ValueError:  # ran out just now
            cache.set(key, 1, WINDOW_SECONDS)


def _keys(request: HttpRequest) -> list[tuple[str, int]]:
    if not request.session.session_key:
        request.session.create()
    return [
        (_key("session", request.session.session_key or ""), PER_SESSION),
        (_key("address", request.META.get("REMOTE_ADDR", "")), PER_ADDRESS),
    ]


def _key(kind: str, value: str) -> str:
    return f"lookup-{kind}-{hashlib.sha256(value.encode()).hexdigest()[:32]}"
