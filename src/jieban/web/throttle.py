"""Failed attempts are counted for a quarter of an hour; after too many nobody looks any further.

The counts stand in the database, so that all web processes share them. Nothing here touches the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from jieban.foundation import sealing
from jieban.web.models import Attempts

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 60
"""High enough for a whole office, or everybody behind one gateway, to share an address."""
PER_NAME = 10

_COUNT = """
INSERT INTO web_attempts AS old (key, count, ends) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN old.ends > %s THEN old.count + 1 ELSE 1 END,
    ends = CASE WHEN old.ends > %s THEN old.ends ELSE excluded.ends END
"""

type Limit = tuple[str, int]
"""A key, and how many failures under it are too many."""


def lookup_limits(request: HttpRequest) -> list[Limit]:
    """What look-ups by number and code are counted under."""
    return [(_key("lookup-address", address_of(request)), PER_ADDRESS)]


def sign_in_limits(request: HttpRequest, name: str) -> list[Limit]:
    """What attempts to sign in are counted under: the name, and where they come from."""
    by_name = _key("sign-in-name", name.strip().casefold())
    return [(by_name, PER_NAME), (_key("sign-in-address", address_of(request)), PER_ADDRESS)]


def too_many(limits: Sequence[Limit]) -> bool:
    """Whether there were too many failures. One SQL statement."""
    running = Attempts.objects.filter(key__in=[key for key, _most in limits], ends__gt=datetime.now(UTC))
    counts = dict(running.values_list("key", "count"))
    return any(counts.get(key, 0) >= most for key, most in limits)


def count_failure(limits: Sequence[Limit]) -> None:
    """Remember a failure. One SQL statement for each limit."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        for key, _most in sorted(limits):  # always in one order, so that two never wait for each other
            cursor.execute(_COUNT, [key, now + WINDOW, now, now])


def forget_name(name: str) -> None:
    """Begin to count anew for somebody who has shown that he knows the password."""
    Attempts.objects.filter(key=_key("sign-in-name", name.strip().casefold())).delete()


def forget_ended(now: datetime) -> int:
    """Remove counts that hold nobody back any more; gives how many."""
    return Attempts.objects.filter(ends__lt=now).delete()[0]


def address_of(request: HttpRequest) -> str:
    """The network address of the person who asks; the whole network (/64) in IPv6, as it has one owner.

    Behind proxies (JIEBAN_TRUSTED_PROXIES) it is what the outermost of them has seen.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        address = told[-proxies]
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def _key(kind: str, value: str) -> str:
    return sealing.fingerprint(value, f"throttle/{kind}")
