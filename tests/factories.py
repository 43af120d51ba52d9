"""Model factories. All rows of one call belong to the same org, as the foreign keys require."""

from typing import Any

from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from contacts.models import Contact
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide.guide import shipped_guide
from orgs.models import Org
from orgs.plans import Plan


class OrgFactory(DjangoModelFactory[Org]):
    class Meta:
        model = Org

    name = Sequence(lambda number: f"Org {number}")
    slug = Sequence(lambda number: f"org-{number}")
    plan = Plan.GROWTH


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    org = SubFactory(OrgFactory)
    email = Sequence(lambda number: f"contact{number}@example.com")
    name = "Jane Smith"
    notes = "Runs the data team."


class InterviewTypeFactory(DjangoModelFactory[InterviewType]):
    class Meta:
        model = InterviewType

    org = SubFactory(OrgFactory)
    name = Sequence(lambda number: f"Win-loss {number}")
    guide: Any = LazyFunction(lambda: shipped_guide("win_loss_buyer"))


class InterviewRequestFactory(DjangoModelFactory[InterviewRequest]):
    class Meta:
        model = InterviewRequest

    org = SubFactory(OrgFactory)
    contact = SubFactory(ContactFactory, org=SelfAttribute("..org"))
    interview_type = SubFactory(InterviewTypeFactory, org=SelfAttribute("..org"))
    objective = "Why was pricing a blocker?"
