"""Accounts with their roles, keys of connected systems, and who looked at sealed data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jieban.foundation.history_admin import Admin, HistoryAdmin
from jieban.people.backend import ADMIN_ROLES
from jieban.people.models import Account, ApiKey, Unmasking
from jieban.people.roles import ROLE_NAMES, STAFF_ROLES, UNMASK_REASONS, Role

if TYPE_CHECKING:
    CreationForm = AdminUserCreationForm[Account]
    ChangeForm = UserChangeForm[Account]
    AccountBase = UserAdmin[Account]
else:
    CreationForm = AdminUserCreationForm
    ChangeForm = UserChangeForm
    AccountBase = UserAdmin


def roles_field() -> forms.MultipleChoiceField:
    """The roles of staff, as check boxes."""
    choices = [(str(role), ROLE_NAMES[role]) for role in Role if role in STAFF_ROLES]
    return forms.MultipleChoiceField(
        label=_("roles"), choices=choices, widget=forms.CheckboxSelectMultiple, required=False
    )


class NewAccountForm(CreationForm):
    """A new account."""

    roles = roles_field()

    class Meta:
        """Which columns."""

        model = Account
        fields = ("username", "first_name", "roles", "unit")
        labels: ClassVar[dict[str, Any]] = {"first_name": _("name")}


class AccountForm(ChangeForm):
    """An account that is there."""

    roles = roles_field()
    language = forms.ChoiceField(
        label=_("language"), choices=[("", "—"), *settings.LANGUAGES], required=False
    )

    class Meta:
        """Which columns."""

        model = Account
        fields = "__all__"
        labels: ClassVar[dict[str, Any]] = {"first_name": _("name")}


class AccountAdmin(AccountBase):
    """Who works here, as what, and where. The roles decide on everything; Django's groups are not used."""

    form = AccountForm
    add_form = NewAccountForm
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name")}),
        (_("What and where"), {"fields": ("roles", "unit", "is_active")}),
        (_("How he is written to"), {"fields": ("email", "language")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "roles", "unit", "password1", "password2")}),
    )
    list_display = ("username", "first_name", "roles_in_words", "unit", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "unit__name")
    filter_horizontal = ()
    raw_id_fields = ("unit",)
    list_select_related = ("unit",)

    @admin.display(description=_("roles"))
    def roles_in_words(self, account: Account) -> str:
        """The roles by name."""
        return ", ".join(str(ROLE_NAMES[role]) for role in Role if role in account.own_roles)

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Whoever has a role for the admin may open it; nobody else."""
        obj.is_staff = bool(obj.own_roles & ADMIN_ROLES)
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: history names the accounts. Take the mark “active” away instead."""
        return False


class ApiKeyAdmin(Admin):
    """Connected systems; a key is made with ``jieban api-key`` and ended here."""

    list_display = ("name", "channel", "unit", "active", "created_at")
    fields = ("name", "channel", "unit", "active", "created_at")
    readonly_fields = ("name", "channel", "unit", "created_at")
    list_select_related = ("unit",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: the key is shown once, on the command line."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class UnmaskingAdmin(HistoryAdmin):
    """Who looked at whose data, and why."""

    list_display = ("at", "account", "matter", "why", "fields_shown")
    search_fields = ("=matter", "account__username")
    date_hierarchy = "at"
    list_select_related = ("account",)

    @admin.display(description=_("reason"))
    def why(self, look: Unmasking) -> str:
        """The reason in words; as it stands where it is none of the usual ones."""
        return str(UNMASK_REASONS.get(look.reason, look.reason))

    @admin.display(description=_("fields"))
    def fields_shown(self, look: Unmasking) -> str:
        """What was shown."""
        return look.fields


admin.site.register(Account, AccountAdmin)
admin.site.register(ApiKey, ApiKeyAdmin)
admin.site.register(Unmasking, UnmaskingAdmin)
