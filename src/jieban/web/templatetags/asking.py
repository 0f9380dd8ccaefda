"""``{% load asking %}``: the words of sub-tickets.

{{ sub.purpose|purpose }}   {{ sub.state|sub_state }}
"""

from __future__ import annotations

from typing import Any

from django import template

from jieban.subtickets.workflow import PURPOSE_NAMES, STATE_NAMES

register = template.Library()


@register.filter
def purpose(code: str) -> Any:
    """What a unit is asked for."""
    return PURPOSE_NAMES.get(code, code)


@register.filter
def sub_state(code: str) -> Any:
    """How a sub-ticket stands."""
    return STATE_NAMES.get(code, code)
