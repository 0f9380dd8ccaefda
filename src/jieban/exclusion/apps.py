"""Django's name of the room."""

from django.apps import AppConfig


class ExclusionConfig(AppConfig):
    """The room ``exclusion``."""

    name = "jieban.exclusion"
    label = "exclusion"
    default_auto_field = "django.db.models.BigAutoField"
