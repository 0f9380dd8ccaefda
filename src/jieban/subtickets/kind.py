"""The sub-ticket as the engine of matters sees it."""

from jieban.matters.kinds import Kind
from jieban.subtickets.flow import CLOCKS, FLOW, NOTICES
from jieban.subtickets.models import SubTicket
from jieban.subtickets.workflow import WORKFLOW

SUBTICKET = Kind(
    name="subticket", model=SubTicket, workflow=WORKFLOW, flow=FLOW, clocks=CLOCKS, notices=NOTICES
)
