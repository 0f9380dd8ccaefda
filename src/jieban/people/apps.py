"""Django's name of the room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The room ``people``."""

    name = "jieban.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
