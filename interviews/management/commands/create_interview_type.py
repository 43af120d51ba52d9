from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from interviews.lifecycle import Wording
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.services.interview_types import create_interview_type
from orgs.commands import RecordedCommand, get_org


class Command(RecordedCommand):
    help = "Creates an interview type with one of the shipped guides, and prints its id for the API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("org_slug", metavar="ORG_SLUG")
        guides = shipped_guides()
        parser.add_argument("--guide", required=True, choices=guides, help="the guide; staff can edit it later")
        parser.add_argument(
            "--wording",
            choices=Wording.values,
            default=Wording.MODEL,
            help="whose words follow-ups have, where a model is configured; default model",
        )

    def run(self, *, org_slug: str, guide: str, wording: str, **options: Any) -> str:
        content = shipped_guide(guide)
        try:
            return create_interview_type(org=get_org(org_slug), guide=content, wording=Wording(wording)).public_id
        except ValidationError:
            raise CommandError(f"The org already has an interview type named {content['name']!r}.") from None
