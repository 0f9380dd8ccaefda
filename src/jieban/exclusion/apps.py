"""Django's name of the room; registers the exclusion as a kind of matter."""

from django.apps import AppConfig


class ExclusionConfig(AppConfig):
    """The room ``exclusion``."""

    name = "jieban.exclusion"
    label = "exclusion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make exclusions known to the engine."""
        from jieban.exclusion.kind import EXCLUSION
        from jieban.matters.kinds import register

        register(EXCLUSION)
