"""Why something could not be done, in the reader's language, with what to do now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from jieban.intake.following import UrgedAlready
from jieban.matters.actions import Overtaken, overtaken
from jieban.matters.models import Matter
from jieban.matters.rules import Incomplete, NotPossible, WrongState
from jieban.tickets.names import VERB_NAMES
from jieban.web.words import NOTHING, state_words, when_words


def refusal_words(error: NotPossible, states: Mapping[str, Any] | None = None) -> str:
    """A refusal of the engine or of an action; ``states`` are the names of another kind's than a ticket's."""
    if isinstance(error, WrongState) and states is not None:
        return _("This cannot be done now: it is “%(state)s”.") % {"state": states.get(error.state, NOTHING)}
    if isinstance(error, WrongState):
        return _("This cannot be done now: the ticket is “%(state)s”.") % {"state": state_words(error.state)}
    if isinstance(error, Incomplete):
        return _("Something is still missing. Fill in the field, then send it again.")
    if isinstance(error, UrgedAlready):
        when = when_words(error.again, datetime.now(UTC))
        return _("It was urged a short while ago; it can be urged again from %(when)s.") % {"when": when}
    return str(error)


def overtaken_words(error: Overtaken, verbs: Mapping[str, Any] = VERB_NAMES) -> str:
    """Somebody else was first: who, when, what; ``verbs`` are the names of the kind's verbs."""
    values = {
        "who": error.by if error.by not in ("Jieban", "platform") else _("The platform"),
        "what": verbs.get(error.verb, NOTHING),
        "when": when_words(error.at, datetime.now(UTC)) if error.at else _("just now"),
    }
    return _("%(who)s was a moment faster (%(when)s): “%(what)s”.") % values


def seen(ticket: Matter, version: str) -> None:
    """Hold the version that the person saw against the one that is stored.

    One SQL statement when they differ, and then raises ``Overtaken`` with the last event.
    """
    if version != str(ticket.version):
        raise overtaken(ticket)
