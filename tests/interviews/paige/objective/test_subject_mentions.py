"""Where a contact mentions a subject of the objective."""

import pytest

from interviews.paige.objective.subject_mentions import mentions_subject


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("SSO", "Without SSO we could not even start."),
        ("SSO", "Single sign-on was missing."),
        ("single sign-on", "There was no SSO."),
        ("CFO", "Our chief financial officer stopped it."),
        ("CFO", "The CFO's view was clear."),
        ("security review", "Two security reviews, three months each."),
        ("security review", "The review by security took three months."),
        ("audit logs", "We needed an audit log."),
        ("Betriebsrat", "Das lag am Betriebsrats-Ausschuss."),
        ("Sicherheitsprüfung", "Die IT-Sicherheitsprüfungen dauerten ewig."),
        ("Competitor X", "competitor X was cheaper"),
        ("audit de sécurité", "L'audit de la sécurité a duré trois mois."),
    ],
)
def test_a_text_mentions_a_subject(subject: str, text: str) -> None:
    assert mentions_subject(text, [subject])


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("SSO", "It went well, no complaints there."),
        ("security review", "It went well, no complaints there."),
        ("security review", "Security mattered to us."),
        ("API", "A price increase was announced."),
        ("CFO", "It came from our side."),
        ("Clari", "They clarified the terms."),
        ("SAP", "We were happy."),
    ],
)
def test_a_text_does_not_mention_a_subject(subject: str, text: str) -> None:
    assert not mentions_subject(text, [subject])
