"""The addresses of the published rates."""

from django.urls import path

from jieban.assessment import pages

urlpatterns = [
    path("", pages.rates_page, name="rates"),
    path("rates.csv", pages.rates_csv, name="rates_csv"),
]
