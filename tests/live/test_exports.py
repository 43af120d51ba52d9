"""Exports of staff from a live server, which sends them in blocks."""

import pytest
import requests
from django.contrib.auth.models import User
from django.test import Client

from interviews.models import InterviewRequest
from orgs.models import Org
from tests.commands.running import run
from tests.factories import InterviewRequestFactory
from tests.hindsight.test_xlsx import rows_of
from tools.harness.web import Server

ROWS = 400
TOKEN = "a" * 32


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_of_many_blocks_is_complete(
    acme: Org, interview_request: InterviewRequest, server: Server, file_format: str
) -> None:
    """The compressor of a workbook returns nothing for the first ones."""
    InterviewRequestFactory.create_batch(ROWS - 1, org=acme, contact=interview_request.contact)
    client = Client()
    client.force_login(User.objects.create(username=f"sue-{acme.slug}", is_staff=True, is_superuser=True))
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": TOKEN}
    url = f"http://127.0.0.1:{server.port}/admin/interviews/interviewrequest/export/?org={acme.slug}"
    sent = {"format": file_format, "csrfmiddlewaretoken": TOKEN}
    response = requests.post(url, sent, cookies=cookies, timeout=60)
    assert response.status_code == 200
    if file_format == "xlsx":
        assert len(rows_of(response.content)) == 1 + ROWS
    else:
        assert response.content.decode() == run("export_interviews", "--org", acme.slug, "--format", "csv")
