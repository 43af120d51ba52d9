"""The colour and the logo of an org, as files: the content security policy allows no inline style.

Neither address says whose it is, and both may be cached.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hindsight.http.csp import HEADER
from hindsight.http.proxies import client_of
from hindsight.limits.rate_limits import count_request
from orgs.branding import CONTENT_TYPES, DARK, readable, validate_brand_color
from orgs.models import Logo

CACHED = {"Cache-Control": "public, max-age=86400"}
NOTHING_RUNS = "default-src 'none'; sandbox"

STYLES = """\
:root {{ --accent: {light}; --on-accent: #fff; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; --on-accent: #0c1214; }} }}
"""


@require_safe
def colors(request: HttpRequest, color: str) -> HttpResponse:
    """Any readable colour, so nothing is looked up."""
    try:
        validate_brand_color(f"#{color}")
    except ValidationError as error:
        raise Http404 from error
    styles = STYLES.format(light=f"#{color}", dark=readable(f"#{color}", DARK))
    return HttpResponse(styles, "text/css; charset=utf-8", headers=CACHED)


@require_safe
def logo(request: HttpRequest, name: str) -> HttpResponse:
    client = client_of(request.META["REMOTE_ADDR"])
    if count_request(request, group="logo", key=client, limit=settings.ANONYMOUS_RATE_LIMIT).exceeded:
        return HttpResponse(status=429)
    content = Logo.objects.filter(name=name).values_list("content", flat=True).first()
    if content is None:
        raise Http404
    content_type = CONTENT_TYPES[name.rpartition(".")[2]]
    return HttpResponse(bytes(content), content_type, headers={**CACHED, HEADER: NOTHING_RUNS})
