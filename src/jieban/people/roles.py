"""Roles (Ordinance Art. 5) and what each may see and do on pages and endpoints.

Verbs on a ticket are granted in the transition table (``tickets.workflow``); this table grants the
pages around them. A guard test walks every page and endpoint for every role.
"""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a person is to the system. One account may hold several."""

    SEAT = "seat"  # answers calls (话务员)
    DISPATCHER = "dispatcher"  # sends tickets to units (派单员)
    CALLER = "caller"  # asks the requester afterwards (回访员)
    SUPERVISOR = "supervisor"  # leads the hotline's shifts
    ANALYST = "analyst"  # reads figures
    RULE_OWNER = "rule_owner"  # service department: catalogue, limits, schemes
    CLERK = "clerk"  # handles tickets in a unit (承办人)
    REVIEWER = "reviewer"  # reviews the unit's replies (审核人)
    LEADER = "leader"  # heads a unit, a district or the city
    AUDITOR = "auditor"  # inspection: sees all, changes nothing (监察)
    ADMIN = "admin"  # runs the installation
    REQUESTER = "requester"  # the person himself, through his query code
    MACHINE = "machine"  # another system, through an API key
    SYSTEM = "system"  # the platform itself: clocks and rules


ROLE_NAMES = {
    Role.SEAT: _("seat"),
    Role.DISPATCHER: _("dispatcher"),
    Role.CALLER: _("call-back interviewer"),
    Role.SUPERVISOR: _("hotline supervisor"),
    Role.ANALYST: _("analyst"),
    Role.RULE_OWNER: _("rule owner"),
    Role.CLERK: _("unit clerk"),
    Role.REVIEWER: _("unit reviewer"),
    Role.LEADER: _("leader"),
    Role.AUDITOR: _("auditor"),
    Role.ADMIN: _("administrator"),
    Role.REQUESTER: _("requester"),
    Role.MACHINE: _("connected system"),
    Role.SYSTEM: _("the platform"),
}

HOTLINE_ROLES = frozenset({Role.SEAT, Role.DISPATCHER, Role.CALLER, Role.SUPERVISOR})
UNIT_ROLES = frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER})
STAFF_ROLES = HOTLINE_ROLES | UNIT_ROLES | {Role.ANALYST, Role.RULE_OWNER, Role.AUDITOR, Role.ADMIN}
CITYWIDE_ROLES = HOTLINE_ROLES | {Role.ANALYST, Role.RULE_OWNER, Role.AUDITOR, Role.ADMIN}
"""Roles that see the tickets of every unit; unit roles see their own unit's and those below it."""

PUBLIC = "public"

PERMISSIONS: dict[str, frozenset[Role]] = {
    "work.view": STAFF_ROLES,
    "ticket.view": STAFF_ROLES,
    "ticket.take_in": frozenset({Role.SEAT, Role.SUPERVISOR}),
    "ticket.dispatch": frozenset({Role.DISPATCHER, Role.SUPERVISOR}),
    "ticket.handle": UNIT_ROLES,
    "ticket.call_back": frozenset({Role.CALLER, Role.SUPERVISOR}),
    "ticket.unmask": frozenset(
        {Role.SEAT, Role.DISPATCHER, Role.CALLER, Role.SUPERVISOR, Role.CLERK, Role.REVIEWER}
    ),
    "subticket.use": UNIT_ROLES | {Role.DISPATCHER, Role.SUPERVISOR, Role.AUDITOR},
    "whistle.use": UNIT_ROLES | {Role.SUPERVISOR, Role.ANALYST, Role.AUDITOR},
    "exclusion.use": UNIT_ROLES | {Role.SUPERVISOR, Role.RULE_OWNER, Role.ANALYST, Role.AUDITOR},
    "oversight.use": UNIT_ROLES | {Role.SUPERVISOR, Role.RULE_OWNER, Role.ANALYST, Role.AUDITOR},
    "ledger.view": STAFF_ROLES,
    "cluster.use": STAFF_ROLES,
    "catalogue.propose": frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.RULE_OWNER, Role.AUDITOR}),
    "requester.view": HOTLINE_ROLES | {Role.AUDITOR},
    "requester.flag": frozenset({Role.SUPERVISOR}),
    "delegation.use": STAFF_ROLES,
    "notice.view": frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR}),
    "notice.send": frozenset({Role.SUPERVISOR, Role.ADMIN}),
    "figures.view": STAFF_ROLES,
    "knowledge.view": STAFF_ROLES,
    "knowledge.write": frozenset({Role.RULE_OWNER, Role.SUPERVISOR, Role.REVIEWER, Role.LEADER}),
    "draft.use": HOTLINE_ROLES | {Role.CLERK, Role.REVIEWER},
    "reference.view": frozenset({Role.RULE_OWNER, Role.ADMIN, Role.AUDITOR}),
    "reference.change": frozenset({Role.RULE_OWNER, Role.ADMIN}),
    "api.file": frozenset({Role.MACHINE}),
    "api.read": frozenset({Role.MACHINE}),
}
"""Permission -> the roles that hold it."""


UNMASK_REASONS = {
    "contact": _("to reach the requester"),
    "check": _("to check the place or what was said"),
    "callback": _("to ask how it went"),
}
"""Why somebody looks at a requester's data: what is stored, and how it is said."""


def allowed(permission: str, roles: frozenset[Role]) -> bool:
    """Whether someone with ``roles`` holds ``permission``. Raises ``KeyError`` for an unknown one."""
    return permission == PUBLIC or bool(PERMISSIONS[permission] & roles)
