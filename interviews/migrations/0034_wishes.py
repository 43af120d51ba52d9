import django.db.models.deletion
import hindsight.db.ids
import orgs.tenancy
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from hindsight.db.upgrades import ROLLING

KINDS = ("wants_a_person", "wants_deletion", "no_name")


def fill_wishes(apps, schema_editor):
    requests, wishes = (apps.get_model("interviews", name).objects for name in ("InterviewRequest", "Wish"))
    flagged = requests.exclude(flags="").values_list("pk", "org_id", "flags").iterator()
    wishes.bulk_create(
        (
            wishes.model(interview_request_id=pk, org_id=org_id, kind=kind)
            for pk, org_id, flags in flagged
            for kind in KINDS
            if kind in flags.split()
        ),
        batch_size=1_000,
    )
    changed_at = requests.filter(pk=OuterRef("interview_request")).values("updated_at")
    wishes.update(created_at=Subquery(changed_at))


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = (
        "Servers of 0.1.0 raise flags without a row: the flag is on the page of the interview, and in the API. They cannot "
        "show the survey and the page of an interview whose contact meanwhile wishes not to be named, which seldom happens."
    )

    dependencies = [
        ('interviews', '0033_findings_of_staff'),
        ('orgs', '0023_kinds_of_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('wants_a_person', 'wants a person'), ('wants_deletion', 'wants deletion'), ('no_name', 'wants not to be named')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('owner', models.CharField(blank=True, default='', help_text='The staff login of who sees to it.', max_length=150)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('interview_request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='orgs.org')),
            ],
            options={
                'verbose_name_plural': 'wishes',
                'ordering': ('created_at', 'id'),
                'default_permissions': ('view', 'change'),
                'permissions': (('view_own_wish', 'Can view wishes in orgs that they manage'), ('change_own_wish', 'Can see to wishes in orgs that they manage')),
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['org', 'created_at', 'id'], name='wish_open_of_org'), models.Index(models.F('org'), models.OrderBy(models.F('created_at'), descending=True), name='wish_of_org_newest')],
                'constraints': [orgs.tenancy.SameOrg('interview_request', name='wish_request_is_of_org'), models.UniqueConstraint(fields=('interview_request', 'kind'), name='wish_is_unique'), models.CheckConstraint(condition=models.Q(('kind__in', ['wants_a_person', 'wants_deletion', 'no_name'])), name='wish_kind_is_known')],
            },
            bases=(hindsight.db.ids.PublicId, models.Model),
        ),
        migrations.RunPython(fill_wishes, migrations.RunPython.noop),
    ]
