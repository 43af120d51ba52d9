"""Which names and email addresses are accepted. Each write of one also writes the text that is searched."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from contacts.models import Contact
from contacts.services import update_contact, upsert_contact, upsert_contacts
from contacts.text import clean_email, clean_name, clean_notes
from hindsight.db.search import search_text_of
from interviews.models import InterviewRequest
from interviews.services.erasure import erase_contact
from orgs.actors import Actor, ActorKind
from orgs.audit import restore
from orgs.models import Change, Org
from orgs.services import create_org, update_org
from tests.client import ApiClient

INVISIBLE = {
    "right-to-left override": "\N{RIGHT-TO-LEFT OVERRIDE}",
    "right-to-left mark": "\N{RIGHT-TO-LEFT MARK}",
    "isolate": "\N{FIRST STRONG ISOLATE}",
    "zero width space": "\N{ZERO WIDTH SPACE}",
    "word joiner": "\N{WORD JOINER}",
    "byte order mark": "\N{ZERO WIDTH NO-BREAK SPACE}",
    "soft hyphen": "\N{SOFT HYPHEN}",
    "tag letter": "\N{TAG LATIN SMALL LETTER A}",
}


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_invisible_characters_are_refused(character: str) -> None:
    with pytest.raises(ValidationError, match="without invisible characters"):
        clean_name(f"Ali{character}ce")
    with pytest.raises(ValidationError):
        clean_email(f"alice@exam{character}ple.com")


@pytest.mark.parametrize(
    "name",
    [
        "Zoë O'Brien-Łukasiewicz",
        "李小龍",
        "عبد الله",
        "می\N{ZERO WIDTH NON-JOINER}خواهم",
        "👩\N{ZERO WIDTH JOINER}💻 Ada",
    ],
)
def test_names_of_all_scripts_are_accepted(name: str) -> None:
    assert clean_name(f" {name} ") == name


ROOT = Actor(ActorKind.STAFF, "root")


def assert_is_current(contact: Contact) -> None:
    stored = Contact.objects.get(pk=contact.pk)
    assert stored.search_text == search_text_of(stored.email, stored.name)


def test_a_patch_of_the_name(acme_api: ApiClient, interview_request: InterviewRequest) -> None:
    alice = interview_request.contact
    for body in (
        {"contact_name": "Zoë Łódź"},
        {"contact_name": "Zoë", "contact_context": "New", "objective": "New"},
        {"contact_context": "Newer"},
        {"contact_name": "Zoë"},
    ):
        assert acme_api.patch(f"/interviews/{interview_request.pk}", body).status_code == 200
        assert_is_current(alice)
    assert Contact.objects.search("zoe alice@").get() == alice


def test_services_imports_and_restoring(alice: Contact, acme: Org) -> None:
    update_contact(org_id=acme.pk, contact_id=alice.pk, actor=ROOT, name=clean_name("Zoë"))
    assert_is_current(alice)
    restore(Contact.objects.get(pk=alice.pk), Change.objects.of(alice).get(), actor=ROOT)
    assert_is_current(alice)
    bob = upsert_contact(org_id=acme.pk, email=clean_email("bob@example.com"), actor=ROOT, name=clean_name("Bøb"))
    assert_is_current(bob)
    texts = {"name": clean_name("Chloé"), "notes": clean_notes("New")}
    upsert_contacts(org_id=acme.pk, contacts={"bob@example.com": texts, "eve@example.com": texts}, actor=ROOT)
    assert_is_current(bob)
    assert set(Contact.objects.search("chloe").values_list("email", flat=True)) == {
        "bob@example.com",
        "eve@example.com",
    }


def test_an_erased_contact_is_not_found_by_what_was_erased(alice: Contact) -> None:
    erase_contact(org_id=alice.org_id, contact_id=alice.pk, actor=ROOT)
    assert_is_current(alice)
    assert not Contact.objects.search("alice").exists()


def test_orgs_are_found_by_their_new_name(db: None) -> None:
    org = create_org(name="Café Größe", plan="growth")
    assert Org.objects.search("cafe grosse").get() == org
    update_org(org_id=org.pk, name="Bistro")
    assert (Org.objects.search("bist").get(), Org.objects.search("größe").exists()) == (org, False)


def test_an_update_of_many_rows_is_refused(alice: Contact) -> None:
    with pytest.raises(TypeError, match="search text"):
        Contact.objects.update(name=F("email"))
    assert Contact.objects.get().name == "Alice"
