"""``{% load supervising %}``: the words of exclusion and oversight.

{{ exclusion.code|reason }}    why a ticket is left out     {{ exclusion.state|exclusion_state }}
{{ case.trigger|trigger }}     what calls for supervision   {{ case.step|step }}   {{ case.state|case_state }}
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from jieban.city.queries import book
from jieban.exclusion import workflow as x
from jieban.oversight import workflow as o
from jieban.web.context import is_english
from jieban.web.words import NOTHING

register = template.Library()

GROUP_WORDS = {
    "exclude": _("left out on approval"),
    "ledger": _("on the ledger"),
    "uncounted": _("not counted at all"),
}


def _name(table: str, code: str) -> str:
    """The latest name of a row of the city's book in the reader's language."""
    rows = book().by_code(table).get(code, ())
    if not rows:
        return code or NOTHING
    row = rows[-1]
    return str(row.name_en if is_english() and row.name_en else row.name)


@register.filter
def reason(code: str) -> str:
    """Why a ticket is left out of the rates."""
    return _name("exclusions", code)


@register.filter
def trigger(code: str) -> str:
    """What called for supervision."""
    return _name("oversight_triggers", code)


@register.filter
def step(code: str) -> str:
    """A rung of the ladder."""
    return _name("oversight_steps", code)


@register.filter
def group(code: str) -> Any:
    """A group of reasons."""
    return GROUP_WORDS.get(code, code)


@register.filter
def exclusion_state(code: str) -> Any:
    """The state of an exclusion."""
    return x.STATE_NAMES.get(code, NOTHING)


@register.filter
def case_state(code: str) -> Any:
    """The state of a case of oversight."""
    return o.STATE_NAMES.get(code, NOTHING)


@register.filter
def wrong(code: str) -> Any:
    """A wrongful act of Art. 35."""
    return o.WRONGFUL_ACTS.get(code, NOTHING)
