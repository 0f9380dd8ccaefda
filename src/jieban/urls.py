"""The addresses of the house."""

from django.contrib import admin
from django.urls import include, path

from jieban.api.urls import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("jieban.web.urls")),
]
