"""Staff accounts of the demonstration: one for each role, with a password made anew each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from jieban.city.book import Book
from jieban.people.actions import do_make_account
from jieban.people.roles import Role
from jieban.tickets.queries import busiest_unit


@dataclass(frozen=True, slots=True)
class Login:
    """An account as it is printed for the newcomer."""

    username: str
    password: str
    name: str
    unit: str


def _plan(book: Book) -> list[tuple[str, str, tuple[Role, ...], str]]:
    """(username, name, roles, unit code): the hotline, a street, its district, an enterprise, the city.

    Street and enterprise are those with the most open tickets, so that their staff find work.
    """
    street = busiest_unit("street") or _first(book, "street")
    district = book.units[street].parent
    enterprise = busiest_unit("enterprise") or _first(book, "enterprise")
    city = _first(book, "city_government")
    return [
        ("seat", "话务员小林", (Role.SEAT,), "hotline"),
        ("dispatcher", "派单员老周", (Role.DISPATCHER,), "hotline"),
        ("caller", "回访员小何", (Role.CALLER,), "hotline"),
        ("supervisor", "值班长", (Role.SUPERVISOR,), "hotline"),
        ("analyst", "数据分析员", (Role.ANALYST,), "hotline"),
        ("rules", "规则管理员", (Role.RULE_OWNER,), "city.city_services"),
        ("clerk", "街道承办人", (Role.CLERK,), street),
        ("reviewer", "街道审核人", (Role.REVIEWER,), street),
        ("district", "区里协调员", (Role.CLERK, Role.LEADER), district),
        ("company", "企业承办人", (Role.CLERK, Role.REVIEWER), enterprise),
        ("leader", "市领导", (Role.LEADER,), city),
        ("auditor", "监察员", (Role.AUDITOR,), city),
        ("admin", "系统管理员", (Role.ADMIN,), ""),
    ]


def _first(book: Book, kind: str) -> str:
    return next(unit.code for unit in book.units.values() if unit.kind == kind)


def make_staff(book: Book) -> list[Login]:
    """Make or renew the accounts; gives what to print. The passwords are stored nowhere in clear."""
    logins = []
    for username, name, roles, unit in _plan(book):
        code = unit if unit in book.units else ""
        password = secrets.token_urlsafe(9)
        do_make_account(username, password, name, roles, code, superuser=Role.ADMIN in roles)
        logins.append(Login(username, password, name, book.units[code].name if code else ""))
    return logins
