"""The ticket as the engine of matters sees it."""

from jieban.matters.kinds import Kind
from jieban.tickets.flow import CLOCKS, FLOW, NOTICES, ONLY_WHERE
from jieban.tickets.models import Ticket
from jieban.tickets.workflow import WORKFLOW

TICKET = Kind(
    name="ticket",
    model=Ticket,
    workflow=WORKFLOW,
    flow=FLOW,
    clocks=CLOCKS,
    notices=NOTICES,
    only_where=ONLY_WHERE,
)
