"""The case of oversight as the engine of matters sees it."""

from jieban.matters.kinds import Kind
from jieban.oversight.flow import CLOCKS, FLOW, NOTICES
from jieban.oversight.models import Case
from jieban.oversight.workflow import WORKFLOW

OVERSIGHT = Kind(name="oversight", model=Case, workflow=WORKFLOW, flow=FLOW, clocks=CLOCKS, notices=NOTICES)
