"""What each role may open and send, page by page, for the rows of its own org and of another one.

An outcome has two letters, of GET and of POST: `p` a page (of a list: it shows the row), `w` something is written,
`-` refused, `.` not found or not listed, `x` the method is not allowed.

Own: the org that an account manager manages.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    roles: tuple[str, ...]
    is_own: bool = True

    def __str__(self) -> str:
        return f"{' and '.join(self.roles)}, {'own' if self.is_own else 'other'} org"


COLUMNS = (
    Column(("support",)),
    Column(("read only",)),
    Column(("auditor",)),
    Column(("account manager",)),
    Column(("account manager",), is_own=False),
    # Who sees every org, and manages one.
    Column(("account manager", "read only")),
    Column(("account manager", "read only"), is_own=False),
)

TABLE = """
activity                                 pp  pp  pp  --  --  pp  pp
app_list                                 pp  pp  pp  pp  pp  pp  pp
auth_group_add                           --  --  --  --  --  --  --
auth_group_change                        --  --  --  --  --  --  --
auth_group_changelist                    --  --  --  --  --  --  --
auth_group_delete                        --  --  --  --  --  --  --
auth_group_history                       -x  -x  -x  -x  -x  -x  -x
auth_user_add                            --  --  --  --  --  --  --
auth_user_change                         --  --  --  --  --  --  --
auth_user_changelist                     --  --  --  --  --  --  --
auth_user_delete                         --  --  --  --  --  --  --
auth_user_history                        -x  -x  -x  -x  -x  -x  -x
auth_user_password-link                  --  --  --  --  --  --  --
auth_user_reset-second-factor            --  --  --  --  --  --  --
auth_user_sessions                       --  --  --  --  --  --  --
auth_user_single-sign-on                 --  --  --  --  --  --  --
contacts_contact_add                     --  --  --  --  --  --  --
contacts_contact_allow-mails             pw  --  --  --  --  --  --
contacts_contact_change                  pw  p-  --  --  --  p-  p-
contacts_contact_changelist              pw  pp  --  --  --  pp  pp
contacts_contact_delete                  --  --  --  --  --  --  --
contacts_contact_erase                   --  --  --  --  --  --  --
contacts_contact_export                  pw  --  --  --  --  --  --
contacts_contact_history                 px  px  -x  -x  -x  px  px
contacts_contact_import                  pp  --  --  --  --  --  --
contacts_contact_restore                 xw  x-  x-  x-  x-  x-  x-
deals_deal_add                           --  --  --  --  --  --  --
deals_deal_change                        p-  p-  --  p-  .-  p-  p-
deals_deal_changelist                    pw  pp  --  pp  .p  pp  pp
deals_deal_delete                        --  --  --  --  --  --  --
deals_deal_export                        pw  --  --  --  --  --  --
deals_deal_history                       px  px  -x  px  .x  px  px
deals_deal_import                        pp  --  --  --  --  --  --
index                                    pp  pp  .p  pp  .p  pp  pp
interviews_interviewrequest_act          pw  --  --  --  --  --  --
interviews_interviewrequest_add          pw  --  --  --  --  --  --
interviews_interviewrequest_change       pw  p-  --  p-  .-  p-  p-
interviews_interviewrequest_changelist   pw  pp  --  pp  .p  pp  pp
interviews_interviewrequest_delete       --  --  --  --  --  --  --
interviews_interviewrequest_docx         px  px  -x  px  .x  px  px
interviews_interviewrequest_export       pw  --  --  --  --  --  --
interviews_interviewrequest_history      px  px  -x  px  .x  px  px
interviews_interviewrequest_import       pp  --  --  --  --  --  --
interviews_interviewrequest_markdown     px  px  -x  px  .x  px  px
interviews_interviewrequest_prompt       pp  pp  --  --  --  pp  pp
interviews_interviewrequest_restore      x.  x-  x-  x-  x-  x-  x-
interviews_interviewrequest_steering     xp  x-  x-  x-  x-  x-  x-
interviews_interviewrequest_driver       pw  --  --  pw  ..  pw  --
interviews_interviewtype_add             pw  --  --  --  --  --  --
interviews_interviewtype_archive         pw  --  --  --  --  --  --
interviews_interviewtype_break-offs      pp  pp  --  --  --  pp  pp
interviews_interviewtype_change          p-  p-  --  --  --  p-  p-
interviews_interviewtype_changelist      pp  pp  --  --  --  pp  pp
interviews_interviewtype_compare         pp  pp  --  --  --  pp  pp
interviews_interviewtype_delete          --  --  --  --  --  --  --
interviews_interviewtype_discard-draft   pp  --  --  --  --  --  --
interviews_interviewtype_duplicate       pw  --  --  --  --  --  --
interviews_interviewtype_guide           pw  --  --  --  --  --  --
interviews_interviewtype_guide-json      pp  --  --  --  --  --  --
interviews_interviewtype_history         px  px  -x  -x  -x  px  px
interviews_interviewtype_try             pp  pp  --  --  --  pp  pp
interviews_interviewtype_unarchive       pp  --  --  --  --  --  --
interviews_interviewtype_words-of-guide  pp  --  --  --  --  --  --
interviews_interviewtype_words-of-model  pw  --  --  --  --  --  --
interviews_wish_add                      --  --  --  --  --  --  --
interviews_wish_change                   pw  p-  --  pw  ..  pw  p-
interviews_wish_changelist               pw  pp  --  pw  .p  pw  p-
interviews_wish_delete                   --  --  --  --  --  --  --
interviews_wish_history                  px  px  -x  px  .x  px  px
jsi18n                                   px  px  px  px  px  px  px
login                                    .w  .w  .w  .w  .w  .w  .w
logout                                   xw  xw  xw  xw  xw  xw  xw
org_names                                pp  pp  --  pp  .p  pp  pp
orgs_apikey_add                          --  --  --  pp  .p  pp  pp
orgs_apikey_change                       --  p-  --  p-  .-  p-  p-
orgs_apikey_changelist                   --  pp  --  pp  .p  pp  pp
orgs_apikey_delete                       --  --  --  --  --  --  --
orgs_apikey_history                      -x  px  -x  px  .x  px  px
orgs_apikey_revoke                       --  --  --  pw  ..  pw  --
orgs_apikey_rotate                       --  --  --  pw  ..  pw  --
orgs_org_account-managers                --  --  --  --  --  --  --
orgs_org_add                             --  --  --  pw  pw  pw  pw
orgs_org_add-webhook                     --  --  --  pw  ..  pw  --
orgs_org_change                          p-  p-  --  pw  ..  pw  p-
orgs_org_changelist                      pp  pp  --  pp  .p  pp  pp
orgs_org_delete                          --  --  --  --  --  --  --
orgs_org_history                         px  px  -x  px  .x  px  px
orgs_org_issue-key                       --  --  --  pw  ..  pw  --
orgs_org_reactivate                      --  --  --  pp  ..  pp  --
orgs_org_logo                            --  --  --  pw  ..  pw  --
orgs_org_suspend                         --  --  --  pw  ..  pw  --
orgs_securityevent_add                   --  --  --  --  --  --  --
orgs_securityevent_change                --  --  p-  --  --  --  --
orgs_securityevent_changelist            --  --  pp  --  --  --  --
orgs_securityevent_delete                --  --  --  --  --  --  --
orgs_securityevent_export                --  --  pp  --  --  --  --
orgs_securityevent_history               -x  -x  px  -x  -x  -x  -x
password_change                          pp  pp  pp  pp  pp  pp  pp
password_change_done                     px  px  px  px  px  px  px
driver                                   pw  --  --  pw  --  pw  --
report_links                             pw  --  --  pw  ..  pw  --
search                                   pp  pp  .p  pp  .p  pp  pp
sequences_enrolment_add                  --  --  --  --  --  --  --
sequences_enrolment_change               p-  p-  --  p-  .-  p-  p-
sequences_enrolment_changelist           pw  pp  --  pw  .p  pw  p-
sequences_enrolment_delete               --  --  --  --  --  --  --
sequences_enrolment_edit                 pw  --  --  pw  ..  pw  --
sequences_enrolment_history              px  px  -x  px  .x  px  px
sequences_enrolment_stop                 pw  --  --  pw  ..  pw  --
sequences_sequence_add                   pw  --  --  pw  pp  pw  --
sequences_sequence_archive               pw  --  --  pw  ..  pw  --
sequences_sequence_change                p-  p-  --  p-  .-  p-  p-
sequences_sequence_changelist            pw  pp  --  pp  .p  pp  pp
sequences_sequence_delete                --  --  --  --  --  --  --
sequences_sequence_edit                  pw  --  --  pw  ..  pw  --
sequences_sequence_export                pw  --  --  --  --  --  --
sequences_sequence_history               px  px  -x  px  .x  px  px
sequences_sequence_mail                  pp  pp  --  pp  ..  pp  pp
sequences_sequence_preview               pp  p-  --  pp  ..  pp  p-
sequences_sequence_unarchive             pp  --  --  pp  ..  pp  --
sessions                                 pp  pp  pp  pp  pp  pp  pp
single_sign_on                           p.  p.  p.  p.  p.  p.  p.
transcript_search                        pp  pp  --  pp  .p  pp  pp
webhooks_delivery_add                    --  --  --  --  --  --  --
webhooks_delivery_cancel                 pw  --  --  pw  ..  pw  --
webhooks_delivery_change                 p-  p-  --  p-  .-  p-  p-
webhooks_delivery_changelist             pp  pp  --  pp  .p  pp  pp
webhooks_delivery_delete                 --  --  --  --  --  --  --
webhooks_delivery_history                px  px  -x  px  .x  px  px
webhooks_delivery_replay                 pp  --  --  pp  ..  pp  --
webhooks_delivery_send-now               pw  --  --  pw  ..  pw  --
webhooks_endpoint_add                    --  --  --  pp  .p  pp  pp
webhooks_endpoint_change                 p-  p-  --  p-  .-  p-  p-
webhooks_endpoint_changelist             pp  pp  --  pp  .p  pp  pp
webhooks_endpoint_delete                 --  --  --  --  --  --  --
webhooks_endpoint_disable                --  --  --  pw  ..  pw  --
webhooks_endpoint_edit                   --  --  --  pw  ..  pw  --
webhooks_endpoint_enable                 --  --  --  pw  ..  pw  --
webhooks_endpoint_history                px  px  -x  px  .x  px  px
webhooks_endpoint_replay                 pw  --  --  pw  ..  pw  --
webhooks_endpoint_rotate                 --  --  --  pw  ..  pw  --
webhooks_endpoint_test                   --  --  --  pw  ..  pw  --
win_loss                                 pp  pp  --  pp  .p  pp  pp
"""

OUTCOMES = {
    column: {page: outcomes[number] for page, *outcomes in map(str.split, TABLE.strip().splitlines())}
    for number, column in enumerate(COLUMNS)
}
