from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from interviews.lifecycle import Wording
from interviews.paige.guide.guide import shipped_guide, shipped_guides
from interviews.services.interview_types import create_interview_type
from orgs.commands import Command as BaseCommand
from orgs.commands import get_org


class Command(BaseCommand):
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

    def run(self, **options: Any) -> str:
        guide = shipped_guide(options["guide"])
        try:
            org, wording = get_org(options["org_slug"]), Wording(options["wording"])
            return create_interview_type(org=org, guide=guide, wording=wording).public_id
        except ValidationError:
            raise CommandError(f"The org already has an interview type named {guide['name']!r}.") from None
