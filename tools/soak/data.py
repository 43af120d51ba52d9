"""Import after django.setup()."""

from django.core.management import call_command

from contacts.models import Contact
from interviews.models import InterviewRequest
from interviews.services.create import onboard_org
from orgs.plans import Plan
from orgs.services import create_api_key
from tools.soak.clients import Customer

ROWS_PER_CLIENT = 4
NEVER_REACHED = 10_000_000


def load(clients: int) -> list[Customer]:
    """Returns one customer per client: the same org, with rows of its own."""
    call_command("migrate", verbosity=0)
    org = onboard_org(name="Acme", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED)
    key = create_api_key(org=org, name="soak")[1]
    interview_type = org.interview_types.get()

    def new_row(name: str) -> int:
        contact = Contact.objects.create(org=org, email=f"{name}@example.com")
        return InterviewRequest.objects.create(org=org, contact=contact, interview_type=interview_type).pk

    return [
        Customer(
            org.pk,
            key,
            interview_type.public_id,
            [new_row(f"row{row}-client{client}") for row in range(ROWS_PER_CLIENT)],
        )
        for client in range(clients)
    ]
