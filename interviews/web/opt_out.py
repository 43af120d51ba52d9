"""Opting out of mails, and back in. The token of a mail's link is the credential. No page shows the address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from interviews.web.pages import use_language
from interviews.web.views import guarded, see_other
from orgs.models import Org
from sequences.mail import OptOutLink
from sequences.models import Enrolment, Suppression
from sequences.services.stopping import opt_in, opt_out

# The step of the form: what to do, and whether for all orgs.
STEPS = {
    "out": (opt_out, False),
    "out_everywhere": (opt_out, True),
    "in": (opt_in, False),
    "in_everywhere": (opt_in, True),
}


@guarded
def opt_out_page(request: HttpRequest) -> HttpResponse:
    """GET changes nothing: mail scanners open links. A mail program posts `List-Unsubscribe` (RFC 8058), and does not
    follow redirects.
    """
    link = OptOutLink.of(request.POST.get("token") or request.GET.get("token", ""))
    org = Org.objects.filter(pk=link.org_id).first() if link else None
    if link is None or org is None:
        return render(request, "survey/unknown.html", status=404)
    if enrolment := Enrolment.objects.for_org(org.pk).filter(pk=link.enrolment_id).select_related("sequence").first():
        use_language(request, enrolment.sequence.language)
    step = STEPS.get(request.POST.get("step", ""))
    if request.POST.get("List-Unsubscribe") == "One-Click":
        opt_out(link, everywhere=False)
    elif step:
        act, everywhere = step
        act(link, everywhere=everywhere)
        return see_other("opt_out", {"token": link.token})
    out_of = Suppression.objects.filter(digest=link.digest).values_list("org", flat=True)
    state = {"of_org": org.pk in out_of, "everywhere": None in out_of}
    return render(request, "survey/opt_out.html", {"org": org, "token": link.token, **state})
