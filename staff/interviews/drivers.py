"""Staff review, correct and add drivers where they read them."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from hindsight.text.storable import clean_text
from hindsight.text.visible import visible
from interviews.lifecycle import Direction, DriverAbout, Review
from interviews.models import Driver, InterviewRequest
from interviews.paige.guide.guide import GuideError
from interviews.paige.turn.brief import guides_of, vendor_of
from interviews.services.drivers import (
    Correction,
    DriverChangedError,
    QuoteMissingError,
    add_driver,
    correct_driver,
    review_driver,
    undo_correction,
)
from staff.orgs.permissions import may
from staff.security_events import actor_of

REVIEW = "interviews.review_driver"
MAX_TAGS, MAX_LENGTH_OF_A_TAG, MAX_LENGTH_OF_A_COMMENT = 10, 40, 2_000
# With the message.
REVIEWS = {
    "confirm": (Review.CONFIRMED, "Confirmed."),
    "reject": (Review.REJECTED, "Rejected. It is not counted."),
    "withdraw": (None, "Withdrawn."),
}
CHANGED = "Somebody else has changed this driver while you had the page open. Nothing was saved."
GONE = "The answer no longer has these words. Nothing was added."
ONE_THERE = "There is a driver with these words already. Correct that one."


class DriverForm(forms.Form):
    """`seen`: what the person saw before, as Driver.digest. `next`: where to return."""

    next = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    direction = forms.ChoiceField(choices=[(each.value, each.label) for each in (Direction.AGAINST, Direction.FOR)])
    topic = forms.ChoiceField()
    about = forms.ChoiceField(required=False, choices=[("", "not known"), *DriverAbout.choices])
    about_name = forms.CharField(required=False, max_length=255, label="Competitor")
    is_decisive = forms.BooleanField(required=False, label="It tipped the decision")
    tags = forms.CharField(required=False, help_text="Separated by commas. Customers see them.")
    comment = forms.CharField(
        required=False,
        max_length=MAX_LENGTH_OF_A_COMMENT,
        widget=forms.Textarea({"rows": 2}),
        help_text="Only staff see it.",
    )

    def __init__(self, topics: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["topic"]).choices = [*topics.items()]

    @classmethod
    def of(cls, driver: Driver, topics: Mapping[str, str], page: str = "") -> "DriverForm":
        values = {name: getattr(driver, name) for name in (*Driver.CORRECTED, "comment")}
        values |= {"seen": driver.digest, "tags": ", ".join(driver.tags), "next": f"{page}#driver-{driver.pk}"}
        return cls({driver.topic: driver.title, **topics}, initial=values, auto_id=f"id_{driver.pk}_%s")

    def clean_tags(self) -> list[str]:
        tags = [*dict.fromkeys(" ".join(each.split()) for each in self.cleaned_data["tags"].split(",") if each.strip())]
        if len(tags) > MAX_TAGS:
            raise ValidationError(f"At most {MAX_TAGS} tags.")
        return [clean_text(tag, MAX_LENGTH_OF_A_TAG) for tag in tags]

    @property
    def correction(self) -> Correction:
        data = self.cleaned_data
        return Correction(
            direction=Direction(data["direction"]),
            about=DriverAbout(data["about"]) if data["about"] else None,
            **{name: data[name] for name in ("topic", "about_name", "is_decisive", "tags", "comment")},
        )


class NewDriverForm(DriverForm):
    turn = forms.IntegerField(min_value=1, help_text="The number of the answer. Paige's messages count too.")
    quote = forms.CharField(widget=forms.Textarea({"rows": 3}), help_text="Words of the answer, exactly.")
    field_order = ("turn", "quote")


def driver_view(request: HttpRequest, driver_id: int) -> HttpResponse:
    """Reviews, corrects, or undoes the correction. Returns to the page that the form names."""
    driver = Driver.objects.select_related("org", "interview_request").filter(pk=driver_id).first()
    if not may(request, REVIEW, driver):
        raise PermissionDenied
    if driver is None:
        raise Http404
    topics, form = {driver.topic: driver.title, **topics_of(driver.interview_request)}, None
    if request.method == "POST":
        message = _change(request, driver)
        if message is None:
            form = DriverForm(topics, request.POST)
            message = _correct(request, driver, form)
        if message:
            return _back(request, driver.interview_request, message)
    context = {"form": form or DriverForm.of(driver, topics), "quote": visible(driver.quote)}
    context |= {"original": driver.interview_request, "title": "Correct a driver", "button": "Save the correction"}
    shared = {**admin.site.each_context(request), "opts": InterviewRequest._meta}
    return TemplateResponse(request, "staff/interviews/driver.html", {**shared, **context})


def new_driver_view(requests: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """A page of an interview request."""
    found = requests.object_or_404(request, object_id, lambda request, row: may(request, REVIEW, row))
    if not hasattr(found, "transcript"):
        raise Http404
    form = NewDriverForm(
        topics_of(found), request.POST if request.method == "POST" else None, initial=request.GET.dict()
    )
    if request.method == "POST" and form.is_valid():
        turn, quote = form.cleaned_data["turn"], form.cleaned_data["quote"]
        try:
            driver = add_driver(found, turn=turn, quote=quote, correction=form.correction, actor=actor_of(request))
        except QuoteMissingError:
            form.add_error("quote", GONE)
        except ValueError:
            form.add_error("quote", ONE_THERE)
        else:
            return _back(request, found, "The driver was added.", f"#driver-{driver.pk}")
    page: HttpResponse = requests.page(
        request, "interviews/driver", found, title="Add a driver", button="Add a driver", form=form
    )
    return page


@transaction.atomic
def _change(request: HttpRequest, driver: Driver) -> str | None:
    """None if the form corrects the driver."""
    place: Mapping[str, Any] = {"org_id": driver.org_id, "driver_id": driver.pk, "actor": actor_of(request)}
    if "undo" in request.POST:
        undo_correction(**place)
        return "The driver is again as it was read."
    if "review" not in request.POST:
        return None
    if request.POST["review"] not in REVIEWS:
        raise Http404
    review, message = REVIEWS[request.POST["review"]]
    review_driver(**place, review=review)
    return message


def _correct(request: HttpRequest, driver: Driver, form: DriverForm) -> str | None:
    """None if the form has errors, which the page shows."""
    if not form.is_valid():
        return None
    place: Mapping[str, Any] = {"org_id": driver.org_id, "driver_id": driver.pk, "actor": actor_of(request)}
    try:
        correct_driver(**place, seen=form.cleaned_data["seen"], correction=form.correction)
    except DriverChangedError:
        form.add_error(None, CHANGED)
        return None
    return "Corrected."


def topics_of(interview_request: InterviewRequest) -> Mapping[str, str]:
    """Titles by key. Empty if the guide is not valid, such as one of an older format."""
    try:
        guide = guides_of(interview_request)[0].for_vendor(vendor_of(interview_request.org.name))
    except GuideError:
        return {}
    return {topic.key: topic.title for topic in guide.every_topic}


def _back(request: HttpRequest, row: InterviewRequest, message: str, anchor: str = "") -> HttpResponse:
    messages.success(request, message)
    back, host = request.POST.get("next", ""), {request.get_host()}
    is_own = url_has_allowed_host_and_scheme(back, allowed_hosts=host, require_https=request.is_secure())
    page = reverse("admin:interviews_interviewrequest_change", args=[row.pk])
    return HttpResponseRedirect(back if is_own else f"{page}{anchor}")
