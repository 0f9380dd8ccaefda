"""What is stored of people: staff accounts, connected systems, requesters and their own words.

Everything personal is sealed (see ``foundation.sealing``); other rooms hold only a requester's id.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
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
    def role_set(self) -> frozenset[Role]:
        """The roles as a set."""
        return frozenset(Role(role) for role in self.roles)


class ApiKey(models.Model):
    """A connected system. Only the hash of its key is kept; ``channel`` marks what it files."""

    name = models.CharField(_("name"), max_length=100)
    key_hash = models.CharField(max_length=64, unique=True)
    channel = models.CharField(_("channel"), max_length=30, default="api")
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
    """

    id = models.BigIntegerField(primary_key=True)
    requester = models.ForeignKey(Requester, null=True, on_delete=models.PROTECT)
    title = models.BinaryField(default=b"")
    text = models.BinaryField(default=b"")
    address = models.BinaryField(default=b"")
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
