from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from staff.base import StaffAdmin
from staff.guides.comparison import compared
from staff.guides.versions import guide_at, versions_of


class VersionsForm(forms.Form):
    before = forms.TypedChoiceField(coerce=int, label="Version")
    after = forms.TypedChoiceField(coerce=int, label="compared with version")

    def __init__(self, versions: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.fields[name].choices = [(number, str(number)) for number in versions]  # type: ignore[attr-defined]


class GuideComparisonPages(StaffAdmin):
    comparison_pages = {"compare": "comparison_view"}

    def comparison_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Without versions in the query, the newest two."""
        interview_type = self.object_or_404(request, object_id, self.has_view_permission, is_read=True)
        versions = versions_of(interview_type)
        newest = {"before": versions[:2][-1], "after": versions[0]}
        form = VersionsForm(versions, request.GET if "before" in request.GET else newest)
        guides = [guide_at(interview_type, form.cleaned_data[name]) for name in form.fields] if form.is_valid() else []
        before, after = guides if all(guides) and guides else (None, None)
        parts = compared(before, after) if before and after else []
        return self.page(
            request, "guides/guide_comparison", interview_type, title="Compare versions", form=form, parts=parts
        )
