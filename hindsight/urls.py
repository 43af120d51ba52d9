from django.contrib import admin
from django.urls import include, path, re_path

from hindsight.api.handlers import not_found
from hindsight.api.markdown import contract, llms_txt
from hindsight.api.schema import docs, schema

urlpatterns = [
    path("api/v1/", include("interviews.api.urls")),
    path("api/schema", schema, name="schema"),
    path("api/docs", docs, name="docs"),
    path("api/contract.md", contract, name="contract"),
    path("llms.txt", llms_txt),
    re_path(r"^api(/|$)", not_found),
    path("", include("interviews.web.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "hindsight.api.handlers.bad_request"
handler404 = "hindsight.api.handlers.not_found"
handler500 = "hindsight.api.handlers.server_error"
