from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from hindsight.api import handlers
from hindsight.api.schema import schema
from hindsight.docs import views as docs
from hindsight.mcp.views import McpView
from interviews.api import urls as api_urls
from interviews.web import urls as survey_urls
from staff.win_loss.handed_on import report_page

urlpatterns = [
    *api_urls.urlpatterns,
    path("", docs.page("docs/home.html"), name="home"),
    path("api/schema", schema, name="schema"),
    *docs.guide_urls(),
    path("api/docs/reference", docs.reference, name="reference"),
    path("api/docs/try", docs.page("docs/try.html"), name="try"),
    path("api/redoc.js", docs.redoc_script, name="redoc"),
    path("mcp", McpView.as_view(), name="mcp"),
    path("llms.txt", docs.llms_txt, name="llms"),
    re_path(r"^api(/|$)", handlers.not_found),
    path("", include(survey_urls)),
    path("reports/<token>", report_page, name="report"),
    path("admin/", include("staff.urls")),
    path("admin/", admin.site.urls),
]

if settings.MAIL_WEBHOOK_SECRET and settings.ANYMAIL:
    from sequences.providers import webhooks  # needs requirements/mail.txt

    urlpatterns.append(path("mail-events/", include(webhooks())))

handler400 = handlers.bad_request
handler404 = handlers.not_found
handler500 = handlers.server_error
