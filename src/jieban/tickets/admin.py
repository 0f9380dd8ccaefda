"""Tickets, to look at; they are worked on at the desks (``/work/``)."""

from __future__ import annotations

from django.contrib import admin

from jieban.foundation.history_admin import HistoryAdmin
from jieban.tickets.models import Ticket


class TicketAdmin(HistoryAdmin):
    """One row for each ticket, as its events tell it."""

    list_display = ("number", "state", "title", "lead", "district", "due_at", "overdue", "simulated")
    list_filter = ("state", "channel", "overdue", "simulated")
    search_fields = ("=number", "=external_id")
    ordering = ("-id",)
    list_select_related = ("lead",)


admin.site.register(Ticket, TicketAdmin)
