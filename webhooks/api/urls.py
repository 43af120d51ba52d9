from django.urls import path

from webhooks.api.views import WebhookEndpointsView, WebhookEndpointView, WebhookSecretView

urlpatterns = [
    path("api/v1/webhook-endpoints", WebhookEndpointsView.as_view(), name="webhook-endpoints"),
    path("api/v1/webhook-endpoints/<str:id>", WebhookEndpointView.as_view(), name="webhook-endpoint"),
    path("api/v1/webhook-endpoints/<str:id>/rotate-secret", WebhookSecretView.as_view(), name="webhook-secret"),
]
