"""Tickets and their history, to look at; they are worked on at the desks (``/desk/``)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jieban.foundation.history_admin import Admin, HistoryAdmin
from jieban.matters.models import Event
from jieban.tickets.models import Ticket
from jieban.tickets.names import STATE_NAMES, VERB_NAMES


class _InWords(admin.SimpleListFilter):
    """A filter whose choices are named in words."""

    names: dict[str, Any]

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, Any]]:
        """Codes and their words."""
        return list(self.names.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with the code that was chosen."""
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class VerbFilter(_InWords):
    """By what was done."""

    title, parameter_name, names = _("verb"), "verb", VERB_NAMES


class StateFilter(_InWords):
    """By where the ticket stands."""

    title, parameter_name, names = _("state"), "state", STATE_NAMES


class EventAdmin(HistoryAdmin):
    """What was done, by whom, when."""

    list_display = ("at", "matter", "seq", "done", "state_then", "actor_name", "actor_unit")
    list_filter = (VerbFilter,)
    search_fields = ("=matter",)
    ordering = ("-id",)

    @admin.display(description=_("verb"))
    def done(self, event: Event) -> Any:
        """The verb in words."""
        return VERB_NAMES.get(event.verb, event.verb)

    @admin.display(description=_("state"))
    def state_then(self, event: Event) -> Any:
        """The state that it led to, in words."""
        return STATE_NAMES.get(event.state_to, event.state_to)


class TicketAdmin(HistoryAdmin):
    """One row for each ticket, as its events tell it."""

    list_display = ("number", "state_now", "title", "lead", "due_at", "overdue", "simulated")
    list_filter = (StateFilter, "overdue", "simulated")
    search_fields = ("=number", "=external_id")
    ordering = ("-id",)
    list_select_related = ("lead",)

    @admin.display(description=_("state"))
    def state_now(self, ticket: Ticket) -> Any:
        """The state in words."""
        return STATE_NAMES.get(ticket.state, ticket.state)


admin.site.register(Event, EventAdmin)
admin.site.register(Ticket, TicketAdmin)
