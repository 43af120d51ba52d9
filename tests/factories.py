"""Model factories. All rows of one call belong to the same org, as the foreign keys require."""

from typing import Any

from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from contacts.models import Contact
from interviews.models import InterviewRequest, InterviewType
from interviews.paige.guide.guide import shipped_guide
from orgs.actors import Actor, ActorKind
from orgs.models import Org
from orgs.plans import Plan
from sequences.models import Sequence as MailSequence
from sequences.services.sequences import save_sequence, shipped_steps


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


class SequenceFactory(DjangoModelFactory[MailSequence]):
    """The shipped one, without approval. `steps`: of the invitation and the reminders."""

    class Meta:
        model = MailSequence

    org = SubFactory(OrgFactory)
    interview_type = SubFactory(InterviewTypeFactory, org=SelfAttribute("..org"))
    name = Sequence(lambda number: f"Buyers {number}")
    language = "en"
    sender_name = "Ann of Acme"
    reply_to = "ann@acme.example.com"
    postal_address = "Acme Ltd, 1 High Street, London"
    time_zone = "Europe/Berlin"
    needs_approval = False
    steps: Any = LazyFunction(lambda: shipped_steps("en"))
    actor = Actor(ActorKind.STAFF, "sam")

    @classmethod
    def _create(cls, model_class: type[MailSequence], *args: Any, **values: Any) -> MailSequence:
        steps, actor = values.pop("steps"), values.pop("actor")
        return save_sequence(model_class(**values), steps, actor=actor)
