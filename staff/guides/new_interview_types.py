from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from interviews.models import InterviewType
from interviews.paige.guide.serializers import GuideError
from interviews.services.interview_types import create_interview_type, duplicate_interview_type
from orgs.models import EventKind, Org
from staff.guides.forms import GuideEditor, with_keys
from staff.guides.interview_type_forms import DuplicateForm, StartForm
from staff.guides.pages import GuidePages
from staff.security_events import record_act


class NewInterviewTypePages(GuidePages):
    object_pages = {**GuidePages.object_pages, "duplicate": "duplicate_view"}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("interviews.add_interviewtype")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First asks for the org and the template. The query has the answers, and nothing is stored yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        is_begun = "start" in request.GET
        form = StartForm(request.GET) if is_begun else StartForm(initial={"org": request.GET.get("org", "")})
        if not form.is_valid():
            return self.page(request, "guides/interview_type_start", None, title="New interview type", form=form)
        org = form.cleaned_data["org"]
        if request.method != "POST":
            return self.new_guide_page(request, org, GuideEditor.of(form.guide()))
        editor = GuideEditor(request.POST)
        if button := request.POST.get("do"):
            return self.new_guide_page(request, org, editor.pressed(button), is_unsaved=True)
        return self.created(request, org, editor)

    def created(self, request: HttpRequest, org: Org, editor: GuideEditor) -> HttpResponse:
        guide = with_keys({**editor.guide, "version": 1})
        try:
            with transaction.atomic():
                interview_type = create_interview_type(org=org, guide=guide)
                record_act(request, EventKind.TYPE_CREATED, interview_type)
        except (GuideError, ValidationError) as error:
            editor.refuse_error(error)
        else:
            self.mention_warnings(request, editor)
            return self.created_page(request, interview_type)
        return self.new_guide_page(request, org, editor)

    def created_page(self, request: HttpRequest, interview_type: InterviewType) -> HttpResponse:
        text = f"Created. Its id in the API: {interview_type.public_id}."
        return self.back_to(request, "change", interview_type, messages.SUCCESS, text)

    def new_guide_page(self, request: HttpRequest, org: Org, editor: GuideEditor, **context: Any) -> HttpResponse:
        shown = {"title": "New interview type", "button": "Create the interview type", "org": org}
        return self.guide_page(request, None, editor, **shown, **context)

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        kind: InterviewType = self.object_or_404(request, object_id, self.has_add_permission)
        initial = {"org": kind.org.slug, "name": f"Copy of {kind.name}"}
        form = DuplicateForm(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                copy = duplicate_interview_type(interview_type=kind, **form.cleaned_data)
            except GuideError as error:
                form.add_error(None, error.lines)
            except ValidationError as error:
                form.add_error("name", error.messages)
            else:
                record_act(request, EventKind.TYPE_CREATED, copy, f"A copy of {kind.public_id}.")
                return self.created_page(request, copy)
        return self.page(request, "form", kind, title="Duplicate", form=form, button="Duplicate")
