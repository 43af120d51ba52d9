"""Name, logo, colour and links of the org on the survey page."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from interviews.models import InterviewRequest
from orgs.models import Logo, Org
from orgs.services import set_logo
from tests.client import ApiClient
from tests.images import PNG, image
from tests.interviews.web.client import SurveyPage, visible

IMPRINT = "https://acme.example/imprint"
COLOR = "#7a1fa2"


@pytest.fixture
def branded(acme: Org) -> Org:
    Org.objects.update(imprint_url=IMPRINT, brand_color=COLOR)
    return set_logo(org_id=acme.pk, content=PNG)


@pytest.mark.parametrize("stage", ["page", "asked", "at_recap", "completed"])
def test_every_page_has_name_logo_colour_and_imprint(request: pytest.FixtureRequest, branded: Org, stage: str) -> None:
    html = request.getfixturevalue(stage).get().content.decode()
    assert f'<img class="logo" src="/survey/logos/{branded.logo}" alt="">' in html
    assert "<strong>Acme</strong>" in html.partition("<header>")[2].partition("</header>")[0]
    assert '<link rel="stylesheet" href="/survey/colors/7a1fa2.css">' in html
    assert f'href="{IMPRINT}"' in html.partition("<footer>")[2]


def test_without_them_the_page_is_hindsights(page: SurveyPage) -> None:
    html = page.get().content.decode()
    assert "survey/icon" in html.partition("<header>")[2]
    assert "/survey/colors/" not in html


@pytest.mark.parametrize(
    ("kind", "content_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_a_logo_is_served_as_what_it_is_and_runs_nothing(acme: Org, kind: str, content_type: str) -> None:
    content = image(kind)
    org = set_logo(org_id=acme.pk, content=content)
    response = Client().get(f"/survey/logos/{org.logo}")
    assert (response.status_code, response.content) == (200, content)
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == (content_type, "nosniff")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "public, max-age=86400"


def test_an_unknown_logo_is_a_404(branded: Org) -> None:
    name = Logo.objects.get().name
    for unknown in ("x.png", name.replace(".png", ".jpg"), f"{name}\0", "%00", f"{name}%0A", "../x"):
        assert Client().get(f"/survey/logos/{unknown}").status_code == 404
    assert Client().post(f"/survey/logos/{name}").status_code == 405


def test_a_colour_is_a_stylesheet_with_a_lighter_one_for_dark_screens() -> None:
    response = Client().get("/survey/colors/7a1fa2.css")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    light, dark = response.content.decode().split("@media screen and (prefers-color-scheme: dark)")
    assert "--accent: #7a1fa2;" in light
    assert re.search("--accent: #(?!7a1fa2)[0-9a-f]{6};", dark)


def test_pages_for_contacts_have_colours_in_browsers_without_light_dark() -> None:
    """Chrome before 123, Firefox before 120 and Safari before 17.5 show no colour that uses light-dark()."""
    paths = [finders.find(name) for name in ("hindsight/tokens.css", "survey/survey.css", "errors/errors.css")]
    styles = [re.sub(r"/\*.*?\*/", "", Path(str(path)).read_text(), flags=re.DOTALL) for path in paths]
    assert [style for style in styles if "light-dark(" in style] == []
    assert "var(--light, #fbf9f5) var(--dark, #14191c)" in styles[0]


@pytest.mark.parametrize("color", ["ffd400", "red", "7A1FA2", "7a1fa2;}", "%7d"])
def test_another_colour_is_a_404(color: str) -> None:
    assert Client().get(f"/survey/colors/{color}.css").status_code == 404


def test_links_begin_with_the_host_of_the_org_and_work_there(
    settings: Settings, acme_api: ApiClient, interview_request: InterviewRequest
) -> None:
    host = "interviews.acme.example"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, host]
    Org.objects.update(survey_base_url=f"https://{host}")
    link = f"https://{host}/survey?token={interview_request.survey_token}"
    assert acme_api.get(f"/interviews/{interview_request.pk}").json()["survey_url"] == link
    assert acme_api.get("/interviews").json()["data"][0]["survey_url"] == link
    body = {"contact_email": "bob@example.com", "interview_type_id": interview_request.interview_type.public_id}
    assert acme_api.post("/interviews", body).json()["survey_url"].startswith(f"https://{host}/survey?token=")
    response = Client().get(f"/survey?token={interview_request.survey_token}", headers={"Host": host})
    assert response.status_code == 200
    assert "Acme would like to hear from you" in visible(response)
    other = Client(raise_request_exception=False).get("/survey", headers={"Host": "phishing.example"})
    assert other.status_code == 400
