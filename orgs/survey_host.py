from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http.request import validate_host

https_url = URLValidator(schemes=["https"], message="Enter a URL that begins with https://.")


def validate_survey_base_url(url: str) -> None:
    """Raises ValidationError for a URL with a path, or with a host that this server does not answer for."""
    https_url(url)
    host = url.removeprefix("https://")
    if not host.replace(".", "").replace("-", "").isalnum():
        raise ValidationError("Enter https:// and a host name only, such as https://interviews.example.com.")
    if not validate_host(host.lower(), settings.ALLOWED_HOSTS):
        raise ValidationError(f"This server does not answer for {host}. First, the operator adds it to ALLOWED_HOSTS.")
