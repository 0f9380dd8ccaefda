"""The exclusion as the engine of matters sees it."""

from jieban.exclusion.flow import CLOCKS, FLOW, NOTICES
from jieban.exclusion.models import Exclusion
from jieban.exclusion.workflow import WORKFLOW
from jieban.matters.kinds import Kind

EXCLUSION = Kind(
    name="exclusion", model=Exclusion, workflow=WORKFLOW, flow=FLOW, clocks=CLOCKS, notices=NOTICES
)
