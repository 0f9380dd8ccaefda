"""Flags of abuse (Ordinance Art. 9, 37): set and lifted by a supervisor with a reason, never by a rule.

A flag is a hint to whoever takes the next call. It refuses nothing and delays nothing: intake does not
even read it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from jieban.people.models import Account, Flag
from jieban.people.roles import Role

LEAST, MOST = 10, 300


class FlagRefused(Exception):
    """The flag cannot be set or lifted like this. The message is for people."""


def do_flag(account: Account, requester: int, reason: str, *, now: datetime) -> Flag:
    """Flag a requester who repeats maliciously or blocks the line. One SQL statement in a savepoint.

    Raises ``FlagRefused`` for anybody but a supervisor, a reason under ten signs, or a second flag.
    """
    _check(account, reason)
    try:
        with transaction.atomic():
            return Flag.objects.create(
                requester_id=requester, by=account, reason=reason.strip()[:MOST], at=now
            )
    except IntegrityError as error:
        raise FlagRefused(_("This requester is flagged already; lift that flag first")) from error


def do_lift(account: Account, requester: int, why: str, *, now: datetime) -> None:
    """Lift the flag of a requester. One SQL statement. Raises ``FlagRefused``."""
    _check(account, why)
    hit = Flag.objects.filter(requester=requester, lifted_at=None).update(
        lifted_at=now, lifted_by=account, lifted_why=why.strip()[:MOST]
    )
    if not hit:
        raise FlagRefused(_("This requester is not flagged (any more)"))


def _check(account: Account, reason: str) -> None:
    if Role.SUPERVISOR not in account.role_set:
        raise FlagRefused(_("Only a supervisor sets or lifts a flag (Ordinance Art. 9)"))
    if len(reason.strip()) < LEAST:
        raise FlagRefused(_("Write the reason in at least %(n)s characters") % {"n": LEAST})


def flag_of(requester: int | None) -> Flag | None:
    """The flag that stands on a requester. One SQL statement, none for nobody."""
    if requester is None:
        return None
    return Flag.objects.filter(requester=requester, lifted_at=None).select_related("by").first()


def flags_of(requester: int | None) -> list[Flag]:
    """All flags that a requester ever had, newest first. One SQL statement, none for nobody."""
    if requester is None:
        return []
    return list(Flag.objects.filter(requester=requester).select_related("by", "lifted_by").order_by("-pk"))
