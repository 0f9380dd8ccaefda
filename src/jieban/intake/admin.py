"""Receipts, to look at."""

from __future__ import annotations

from django.contrib import admin

from jieban.foundation.history_admin import HistoryAdmin
from jieban.intake.models import Receipt


class ReceiptAdmin(HistoryAdmin):
    """Which request of which source became which ticket."""

    list_display = ("at", "source", "key", "number")
    list_filter = ("source",)
    search_fields = ("=number", "=key")
    ordering = ("-id",)


admin.site.register(Receipt, ReceiptAdmin)
