"""The addresses of filing."""

from django.urls import path

from jieban.intake import more_pages, pages, photo_pages, receipt_pages

urlpatterns = [
    path("", pages.what, name="file_what"),
    path("where/", pages.where, name="file_where"),
    path("street/", pages.street, name="file_street"),
    path("photos/", photo_pages.photos, name="file_photos"),
    path("photos/<slug:sha256>.jpg", pages.draft_photo, name="file_photo"),
    path("more/", more_pages.more, name="file_more"),
    path("reach/", pages.reach, name="file_reach"),
    path("check/", pages.check, name="file_check"),
    path("anew/", pages.anew, name="file_anew"),
    path("done/<slug:token>/", receipt_pages.done, name="file_done"),
]
