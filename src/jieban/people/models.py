"""What is stored of people: staff accounts, connected systems, requesters and their own words.

Everything personal is sealed (see ``foundation.sealing``); other rooms hold only a requester's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from jieban.people.roles import Role


class Account(AbstractUser):
    """A member of staff. ``roles`` say what he may do, ``unit`` where, ``language`` how he is written to."""

    roles = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("roles"))
    unit = models.ForeignKey(
        "city.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )

    language = models.CharField(_("language"), max_length=10, blank=True, default="")

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def own_roles(self) -> frozenset[Role]:
        """The roles that are his own."""
        return frozenset(Role(role) for role in self.roles)

    @property
    def role_set(self) -> frozenset[Role]:
        """All roles that he holds now: his own, and those of whom he stands in for."""
        return self.own_roles.union(*(one.roles for one in self.stands_in_for))

    @cached_property
    def stands_in_for(self) -> tuple[StandIn, ...]:
        """For whom he stands in now. One SQL statement, none where the account came with a request
        (``people.backend`` reads both at once)."""
        lent: list[dict[str, Any]] | None = self.__dict__.get("lent")
        if lent is None and self.pk is None:
            lent = []
        if lent is None:
            lent = list(_lent(Delegation.objects.filter(to_account=self, from_account__unit=self.unit_id)))
        return tuple(_stand_in(one) for one in lent)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody on leave, and the roles that he lends to his deputy."""

    pk: int
    name: str
    roles: frozenset[Role]


NEVER_LENT = frozenset({Role.ADMIN})
"""The installation is not handed on with a leave."""


class Delegation(models.Model):
    """A leave (请假) of a member of staff, and who stands in for him meanwhile (代理), if anybody.

    The deputy is of the same unit. It is in force from ``from_at`` to ``to_at``, unless it was ended
    before. Rows are kept: they tell why somebody could act.
    """

    from_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("on leave")
    )
    to_account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("deputy")
    )
    from_at = models.DateTimeField(_("away from"))
    to_at = models.DateTimeField(_("away until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("set by"))
    made_at = models.DateTimeField(_("set at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        indexes = [
            models.Index(
                fields=["to_account"], name="leave_deputy", condition=models.Q(ended_at__isnull=True)
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="leave_has_an_end", condition=models.Q(to_at__gt=models.F("from_at"))
            ),
            models.CheckConstraint(
                name="nobody_is_his_own_deputy",
                condition=~models.Q(to_account=models.F("from_account")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_account_id} -> {self.to_account_id or '-'} {self.from_at:%Y-%m-%d}"


def lent_to_deputy(unit: Any, deputy: Any) -> Any:
    """The leaves in force in which ``deputy`` stands in, as a subquery on accounts: one row of JSON each."""
    return _lent(Delegation.objects.filter(to_account=deputy, from_account__unit=unit))


def _lent(delegations: models.QuerySet[Delegation]) -> Any:
    now = datetime.now(UTC)
    in_force = delegations.filter(
        ended_at__isnull=True, from_at__lte=now, to_at__gt=now, from_account__is_active=True
    )
    told = JSONObject(
        pk="from_account_id",
        first="from_account__first_name",
        last="from_account__last_name",
        username="from_account__username",
        roles="from_account__roles",
    )
    return in_force.order_by("pk").values_list(told, flat=True)


def _stand_in(row: dict[str, Any]) -> StandIn:
    name = f"{row['first']} {row['last']}".strip() or row["username"]
    return StandIn(row["pk"], name, frozenset(Role(role) for role in row["roles"]) - NEVER_LENT)


class ApiKey(models.Model):
    """A connected system. Only the hash of its key is kept; ``channel`` marks what it files.

    With a ``unit`` it reads what that unit sees; without one the city, but for words told in confidence.
    """

    name = models.CharField(_("name"), max_length=100)
    key_hash = models.CharField(max_length=64, unique=True)
    channel = models.CharField(_("channel"), max_length=30, default="api")
    unit = models.ForeignKey(
        "city.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name


class Requester(models.Model):
    """A requester (诉求人): a person or body that brings demands (Ordinance Art. 2, 8).

    ``identity`` is the keyed fingerprint of the phone (or other key) by which he is known again;
    null for somebody who gave none.
    """

    kind = models.CharField(_("kind"), max_length=12, default="person")
    identity = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 (null is never equal)
    phone = models.BinaryField(default=b"")
    name = models.BinaryField(default=b"")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")

    def __str__(self) -> str:
        return f"requester {self.pk}"


class Words(models.Model):
    """A requester's own words, sealed and untouched; the ticket holds them masked.

    ``email`` and ``language`` are how he wants to be told of this one matter. They are not the
    requester's: whoever files under another person's number must not be sent that person's notices.
    ``represented`` is the name of the person for whom he speaks.
    """

    id = models.BigIntegerField(primary_key=True)
    requester = models.ForeignKey(Requester, null=True, on_delete=models.PROTECT)
    title = models.BinaryField(default=b"")
    text = models.BinaryField(default=b"")
    address = models.BinaryField(default=b"")
    represented = models.BinaryField(default=b"")
    email = models.BinaryField(default=b"")
    language = models.CharField(max_length=10, blank=True, default="")
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("words")
        verbose_name_plural = _("words")

    def __str__(self) -> str:
        return f"words {self.pk}"


class Unmasking(models.Model):
    """The record that somebody looked at sealed data: who, what, why, when. Never edited."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    requester = models.ForeignKey(Requester, null=True, on_delete=models.PROTECT)
    matter = models.CharField(_("matter"), max_length=40)
    fields = models.CharField(_("fields"), max_length=100)
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("unmasking")
        verbose_name_plural = _("unmaskings")

    def __str__(self) -> str:
        return f"{self.account_id} {self.matter} {self.at:%Y-%m-%d}"


class Flag(models.Model):
    """A person's note that a requester abuses the line (Ordinance Art. 9, 37): who, why, and who lifted it.

    It is read beside his next request and changes nothing about how that is taken in. Never edited but
    for being lifted.
    """

    requester = models.ForeignKey(Requester, on_delete=models.PROTECT)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("flagged by"))
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("flagged at"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("lifted by")
    )
    lifted_why = models.CharField(_("why lifted"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = [
            models.UniqueConstraint(
                fields=["requester"],
                name="one_flag_at_a_time",
                condition=models.Q(lifted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"flag {self.requester_id} {self.at:%Y-%m-%d}"
