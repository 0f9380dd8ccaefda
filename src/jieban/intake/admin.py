"""Receipts and feeds, to look at."""

from __future__ import annotations

from django.contrib import admin

from jieban.foundation.history_admin import HistoryAdmin
from jieban.intake.models import Receipt, SurgeFeed


class ReceiptAdmin(HistoryAdmin):
    """Which request of which source became which ticket."""

    list_display = ("at", "source", "key", "number")
    list_filter = ("source",)
    search_fields = ("=number", "=key")
    ordering = ("-id",)


admin.site.register(Receipt, ReceiptAdmin)


class SurgeFeedAdmin(HistoryAdmin):
    """Which feeds of corrections were made."""

    list_display = ("begins_at", "ends_at", "surge", "rows", "made_at")
    list_filter = ("surge",)
    ordering = ("-id",)


admin.site.register(SurgeFeed, SurgeFeedAdmin)
