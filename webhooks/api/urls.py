from django.urls import path

from webhooks.api.views import WebhookEndpointsView, WebhookEndpointView, WebhookSecretView, WebhookTestView

urlpatterns = [
    path("api/v1/webhook-endpoints", WebhookEndpointsView.as_view(), name="webhook-endpoints"),
    path("api/v1/webhook-endpoints/<str:id>", WebhookEndpointView.as_view(), name="webhook-endpoint"),
    path("api/v1/webhook-endpoints/<str:id>/test", WebhookTestView.as_view(), name="webhook-test"),
    path("api/v1/webhook-endpoints/<str:id>/rotate-secret", WebhookSecretView.as_view(), name="webhook-secret"),
]
