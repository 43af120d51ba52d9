"""What leaves: headers, plain text and HTML."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from orgs.branding import DARK, readable
from sequences.models import Enrolment, Mail, MailState, Sequence, Step
from sequences.models.suppression import digests_of, old_keys
from sequences.text import Placeholder, one_line, rendered

DEFAULT_COLOR = "#1b6b5f"


def mail_is_set_up() -> bool:
    """In development, mails are printed."""
    return settings.EMAIL_URL is not None or settings.DEVELOPMENT


def base_url_of(org: Any) -> str:
    return str(org.survey_base_url or settings.PUBLIC_BASE_URL)


@dataclass(frozen=True)
class OptOutLink:
    """Of a mail. `digest`: of the address that the mail went to, so the link also works after the erasure."""

    org_id: int
    enrolment_id: int
    digest: str

    @classmethod
    def of(cls, token: str) -> Self | None:
        """Returns None for an unknown token."""
        try:
            org_id, enrolment_id, digest = _signer().unsign(token).split("-")
        except BadSignature:
            return None
        return cls(int(org_id), int(enrolment_id), digest)

    @property
    def token(self) -> str:
        return _signer().sign(f"{self.org_id}-{self.enrolment_id}-{self.digest}")


def _signer() -> Signer:
    return Signer(salt="sequences.opt-out", sep=".", fallback_keys=[*old_keys()])


def opt_out_url(enrolment: Enrolment) -> str:
    """Whoever has it can opt out. GET changes nothing (RFC 8058)."""
    row = enrolment.interview_request
    link = OptOutLink(row.org_id, enrolment.pk, digests_of(row.contact.email)[0])
    return f"{base_url_of(row.org)}/survey/opt-out?token={link.token}"


def values_of(sequence: Sequence, interview_request: Any) -> dict[Placeholder, str]:
    """`interview_request`: with its contact, its interview type and its org."""
    return {
        Placeholder.NAME: one_line(interview_request.contact.name),
        Placeholder.VENDOR: one_line(interview_request.org.name),
        Placeholder.LINK: interview_request.survey_url or "",
        Placeholder.SENDER: sequence.sender_name,
        Placeholder.MINUTES: str(interview_request.interview_type.guide.get("estimated_minutes", "")),
    }


def message(
    sequence: Sequence, interview_request: Any, texts: Step | Mail, *, opt_out: str, **headers: str
) -> EmailMultiAlternatives:
    """`texts`: have placeholders. `interview_request`: as for `values_of()`. Those who have `opt_out` can opt out."""
    values, org = values_of(sequence, interview_request), interview_request.org
    link = values[Placeholder.LINK]
    body, color = rendered(texts.text, values), org.brand_color or DEFAULT_COLOR
    context = {
        "language": sequence.language,
        "text": body,
        "paragraphs": [(each == link, _with_link(each, link)) for each in body.split("\n\n")],
        "link": link,
        "vendor": values[Placeholder.VENDOR],
        "address": sequence.postal_address,
        "opt_out": opt_out,
        "logo": f"{base_url_of(org)}/survey/logos/{org.logo}" if org.logo else "",
        "color": color,
        "dark_color": readable(color, DARK),
    }
    with translation.override(sequence.language):
        plain, html = (render_to_string(f"sequences/mail.{kind}", context) for kind in ("txt", "html"))
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or "paige@localhost"
    mail = EmailMultiAlternatives(
        subject=one_line(rendered(texts.subject, values)),
        body=plain,
        from_email=str(Address(one_line(sequence.sender_name), addr_spec=address)),
        to=[interview_request.contact.email],
        reply_to=[sequence.reply_to],
        headers=headers,
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _with_link(paragraph: str, link: str) -> SafeString:
    anchor = format_html('<a href="{0}">{0}</a>', link)
    escaped = conditional_escape(paragraph)
    return mark_safe(escaped.replace(conditional_escape(link), anchor) if link else escaped)  # noqa: S308 - escaped


def message_of(mail: Mail, enrolment: Enrolment, texts: Step | Mail) -> EmailMultiAlternatives:
    unsubscribe = opt_out_url(enrolment)
    headers = {
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if mail.step and (first := enrolment.mails.filter(step=0, state=MailState.SENT).first()):
        headers |= {"In-Reply-To": first.message_id, "References": first.message_id}
    sent = message(enrolment.sequence, enrolment.interview_request, texts, opt_out=unsubscribe, **headers)
    sent.metadata = {"mail": mail.uuid.hex}  # type: ignore[attr-defined]  # django-anymail: in what providers report
    return sent
