from django.contrib import admin
from django.urls import include, path, re_path

from hindsight.api import handlers
from hindsight.api.markdown import contract, llms_txt
from hindsight.api.redoc import redoc_script
from hindsight.api.schema import docs, schema
from interviews.api import urls as api_urls
from interviews.web import urls as survey_urls

urlpatterns = [
    path("api/v1/", include(api_urls)),
    path("api/schema", schema, name="schema"),
    path("api/docs", docs, name="docs"),
    path("api/redoc.js", redoc_script, name="redoc"),
    path("api/contract.md", contract, name="contract"),
    path("llms.txt", llms_txt),
    re_path(r"^api(/|$)", handlers.not_found),
    path("", include(survey_urls)),
    path("admin/", admin.site.urls),
]

handler400 = handlers.bad_request
handler404 = handlers.not_found
handler500 = handlers.server_error
