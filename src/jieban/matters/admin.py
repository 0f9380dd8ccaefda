"""The files of matters, to look at."""

from __future__ import annotations

from django.contrib import admin

from jieban.foundation.history_admin import HistoryAdmin
from jieban.matters.models import Attachment


class AttachmentAdmin(HistoryAdmin):
    """Which files belong to which matter."""

    list_display = ("added_at", "matter", "media", "bytes", "added_by")
    search_fields = ("=matter",)
    ordering = ("-id",)


admin.site.register(Attachment, AttachmentAdmin)
