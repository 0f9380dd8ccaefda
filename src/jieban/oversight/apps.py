"""Django's name of the room; registers the case of oversight as a kind of matter."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """The room ``oversight``."""

    name = "jieban.oversight"
    label = "oversight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make cases of oversight known to the engine."""
        from jieban.matters.kinds import register
        from jieban.oversight.kind import OVERSIGHT

        register(OVERSIGHT)
