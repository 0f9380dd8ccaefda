"""The API shell."""

from ninja import NinjaAPI

api = NinjaAPI(title="Jieban", version="1.0.0")
