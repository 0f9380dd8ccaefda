"""The counts of the months, to look at."""

from __future__ import annotations

from django.contrib import admin

from jieban.assessment.models import MonthCount
from jieban.foundation.history_admin import HistoryAdmin


class MonthCountAdmin(HistoryAdmin):
    """What a unit's requesters answered in a month."""

    list_display = ("month", "unit", "counted_at")
    list_filter = ("month",)
    search_fields = ("unit__name",)
    ordering = ("-month", "unit")
    list_select_related = ("unit",)


admin.site.register(MonthCount, MonthCountAdmin)
