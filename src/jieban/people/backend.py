"""What roles may do in the admin, so that nobody hands out Django's own permissions besides.

The rule owner keeps the city's data; the administrator that, the accounts and the keys of connected
systems, and may look at the history. What is history nobody changes (``foundation.history_admin``).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from jieban.people.models import Account
from jieban.people.roles import Role, allowed

ADMIN_ROLES = frozenset({Role.ADMIN, Role.RULE_OWNER})
"""Who may open the admin at all."""

CITY = "city"
KEPT_BY_ADMINISTRATORS = frozenset({"people", "tickets", "matters", "intake", "assessment"})


class RoleBackend(BaseBackend):
    """Answers Django's questions for permissions from the roles of an account."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether the account may do ``room.verb_model``."""
        room, _, codename = perm.partition(".")
        if not isinstance(user_obj, Account) or not user_obj.is_active:
            return False
        if room == CITY:
            return allowed(
                "reference.view" if codename.startswith("view_") else "reference.change", user_obj.role_set
            )
        return room in KEPT_BY_ADMINISTRATORS and Role.ADMIN in user_obj.role_set

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the account may look at anything of a room."""
        return self.has_perm(user_obj, f"{app_label}.view_")
