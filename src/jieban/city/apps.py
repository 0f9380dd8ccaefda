"""The room of the city, as Django knows it."""

from django.apps import AppConfig


class CityConfig(AppConfig):
    """Reference data of one city."""

    name = "jieban.city"
    label = "city"
    verbose_name = "City"
    default_auto_field = "django.db.models.BigAutoField"
