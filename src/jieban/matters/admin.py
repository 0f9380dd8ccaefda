"""The history of matters and their files, to look at."""

from __future__ import annotations

from django.contrib import admin

from jieban.foundation.history_admin import HistoryAdmin
from jieban.matters.models import Attachment, Event


class EventAdmin(HistoryAdmin):
    """What was done, by whom, when."""

    list_display = ("at", "matter", "seq", "verb", "state_to", "actor_name", "actor_unit")
    list_filter = ("verb",)
    search_fields = ("=matter",)
    ordering = ("-id",)


class AttachmentAdmin(HistoryAdmin):
    """Which files belong to which matter."""

    list_display = ("added_at", "matter", "media", "bytes", "added_by")
    search_fields = ("=matter",)
    ordering = ("-id",)


admin.site.register(Event, EventAdmin)
admin.site.register(Attachment, AttachmentAdmin)
