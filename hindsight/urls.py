from django.contrib import admin
from django.urls import include, path, re_path

from hindsight.api import handlers
from hindsight.api.schema import schema
from hindsight.docs import views as docs
from hindsight.docs.redoc import redoc_script
from interviews.api import urls as api_urls
from interviews.web import urls as survey_urls

urlpatterns = [
    *api_urls.urlpatterns,
    path("", docs.home, name="home"),
    path("api/schema", schema, name="schema"),
    path("api/docs", docs.docs, name="docs"),
    path("api/docs.md", docs.docs_markdown, name="docs-markdown"),
    path("api/docs/hand-offs", docs.hand_offs, name="hand-offs"),
    path("api/docs/hand-offs.md", docs.hand_offs_markdown, name="hand-offs-markdown"),
    path("api/docs/reference", docs.reference, name="reference"),
    path("api/docs/try", docs.try_it, name="try"),
    path("api/redoc.js", redoc_script, name="redoc"),
    path("llms.txt", docs.llms_txt, name="llms"),
    re_path(r"^api(/|$)", handlers.not_found),
    path("", include(survey_urls)),
    path("admin/", include("staff.urls")),
    path("admin/", admin.site.urls),
]

handler400 = handlers.bad_request
handler404 = handlers.not_found
handler500 = handlers.server_error
