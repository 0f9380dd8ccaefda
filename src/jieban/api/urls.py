"""The API shell: one version, one key, its OpenAPI description at ``/api/v1/docs``."""

from ninja import NinjaAPI

from jieban.api.keys import Key
from jieban.api.tickets import router

api = NinjaAPI(
    title="Jieban",
    version="1.0",
    description="File requests with the city and follow them. See docs/api.md.",
    auth=Key(),
)
api.add_router("/tickets", router)
