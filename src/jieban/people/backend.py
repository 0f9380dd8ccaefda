"""What roles may do in the admin, so that nobody hands out Django's own permissions besides.

The rule owner keeps the city's data; the administrator that, the accounts and the keys of connected
systems, and may look at the history. The auditor looks at the city's data, at what was done and at
who looked at sealed data. What is history nobody changes (``foundation.history_admin``).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from jieban.people.models import Account, lent_to_deputy
from jieban.people.roles import Role, allowed

ADMIN_ROLES = frozenset({Role.ADMIN, Role.RULE_OWNER, Role.AUDITOR})
"""Who may open the admin at all."""

CITY = "city"
SEEN_BY_AUDITORS = frozenset({"matters.view_event", "people.view_unmasking"})
"""What the auditor looks at besides the city's data: what was done, and who looked at whose data."""
KEPT_BY_ADMINISTRATORS = frozenset({"people", "tickets", "matters", "intake", "assessment"})


class AccountBackend(ModelBackend):
    """Signs people in, and reads with an account for whom it stands in, in the same statement."""

    def get_user(self, user_id: int) -> Account | None:
        """The account of a request. One SQL statement."""
        lent = ArraySubquery(lent_to_deputy(OuterRef("unit"), OuterRef("pk")))
        account = Account._default_manager.annotate(lent=lent).filter(pk=user_id).first()
        return account if account and self.user_can_authenticate(account) else None


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
        if perm in SEEN_BY_AUDITORS and Role.AUDITOR in user_obj.role_set:
            return True
        return room in KEPT_BY_ADMINISTRATORS and Role.ADMIN in user_obj.role_set

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether the account may look at anything of a room."""
        seen = [perm for perm in SEEN_BY_AUDITORS if perm.startswith(f"{app_label}.")]
        return any(self.has_perm(user_obj, perm) for perm in [f"{app_label}.view_", *seen])
