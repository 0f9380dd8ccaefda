"""Django's name of the room."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    """The room ``matters``."""

    name = "jieban.matters"
    label = "matters"
    default_auto_field = "django.db.models.BigAutoField"
