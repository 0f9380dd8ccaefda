"""Django's name of the room."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """The room ``knowledge``."""

    name = "jieban.knowledge"
    label = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"
