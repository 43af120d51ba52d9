"""The URLconf of a server with MAIL_WEBHOOK_SECRET."""

from django.urls import include, path

from hindsight import urls
from sequences.providers import webhooks

handler400, handler404, handler500 = urls.handler400, urls.handler404, urls.handler500
urlpatterns = [*urls.urlpatterns, path("mail-events/", include(webhooks()))]
