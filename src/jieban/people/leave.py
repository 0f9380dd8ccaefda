"""The only writers and readers of leaves (请假) and of who stands in meanwhile (代理, Ordinance Art. 5).

A leave is set by the person himself or by a leader of his unit, for a time to come; it is ended, never
edited, so that the rows tell who could act for whom on any day.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jieban.people.models import Account, Delegation
from jieban.people.roles import Role

REVIEWING = (Role.REVIEWER, Role.LEADER)
"""The roles without one of which a unit can submit no reply."""


class LeaveRefused(Exception):
    """The leave cannot be set like this; the message says what to change."""


def do_set_leave(
    account: Account,
    deputy: Account | None,
    begin: datetime,
    end: datetime,
    reason: str,
    by: Account,
    *,
    now: datetime,
) -> Delegation:
    """Set a leave from ``begin`` to ``end``, with or without a deputy. At most six SQL statements.

    Raises ``LeaveRefused``: only oneself or a leader of the unit sets it; the deputy is somebody else,
    of the same unit, active, and not on leave himself; two leaves of one person do not overlap.
    """
    if not may_set(by, account):
        raise LeaveRefused(_("Leave is set by oneself, or by a leader of the unit"))
    if not begin < end or end <= now:
        raise LeaveRefused(_("A leave ends after it begins, and not in the past"))
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)  # two leaves at once would overlap
        if _leaves(account, begin, end).exists():
            raise LeaveRefused(_("There is a leave within these days already; end it first"))
        if deputy is not None:
            _check_deputy(account, deputy, begin, end)
        return Delegation.objects.create(
            from_account=account,
            to_account=deputy,
            from_at=begin,
            to_at=end,
            reason=reason.strip()[:200],
            made_by=by,
            made_at=now,
        )


def do_end_leave(leave: Delegation, by: Account, *, now: datetime) -> bool:
    """End a leave before its time; the deputy's powers end with it. One SQL statement.

    Gives False when it has ended already. Raises ``LeaveRefused`` for who may not.
    """
    if not may_set(by, leave.from_account):
        raise LeaveRefused(_("Leave is set by oneself, or by a leader of the unit"))
    running = Delegation.objects.filter(pk=leave.pk, ended_at__isnull=True, to_at__gt=now)
    return bool(running.update(ended_at=now))


def may_set(by: Account, account: Account) -> bool:
    """Whether ``by`` may set the leave of ``account``. Lent roles do not count."""
    if by.pk == account.pk:
        return True
    return Role.LEADER in by.own_roles and by.unit_id is not None and by.unit_id == account.unit_id


def colleagues(account: Account) -> list[Account]:
    """The active people of his unit, himself among them. One SQL statement, none without a unit."""
    if account.unit_id is None:
        return [account]
    return list(Account.objects.filter(unit=account.unit_id, is_active=True).order_by("first_name", "pk"))


def leaves_to_come(account: Account, now: datetime) -> list[Delegation]:
    """The leaves of his unit that run or will begin; his own where he has no unit. One SQL statement."""
    whose = Q(from_account__unit=account.unit_id) if account.unit_id else Q(from_account=account)
    leaves = Delegation.objects.filter(whose, ended_at__isnull=True, to_at__gt=now)
    return list(leaves.select_related("from_account", "to_account").order_by("from_at", "pk"))


def nobody_reviews(account: Account, begin: datetime, end: datetime) -> bool:
    """Whether the unit could submit no reply while he is away without a deputy. Two SQL statements."""
    reviewing = [str(role) for role in REVIEWING]
    if account.unit_id is None or not account.own_roles & set(REVIEWING):
        return False
    others = Account.objects.filter(unit=account.unit_id, is_active=True, roles__overlap=reviewing)
    away = _overlapping(begin, end).values("from_account")
    return not others.exclude(pk=account.pk).exclude(pk__in=away).exists()


def _check_deputy(account: Account, deputy: Account, begin: datetime, end: datetime) -> None:
    same_unit = account.unit_id is not None and deputy.unit_id == account.unit_id
    if deputy.pk == account.pk or not same_unit or not deputy.is_active:
        raise LeaveRefused(_("Choose somebody else of your own unit as deputy"))
    if _leaves(deputy, begin, end).exists():
        raise LeaveRefused(_("%(name)s is on leave then too; choose another deputy") % {"name": deputy})


def _leaves(account: Account, begin: datetime, end: datetime) -> QuerySet[Delegation]:
    return _overlapping(begin, end).filter(from_account=account)


def _overlapping(begin: datetime, end: datetime) -> QuerySet[Delegation]:
    return Delegation.objects.filter(ended_at__isnull=True, from_at__lt=end, to_at__gt=begin)
