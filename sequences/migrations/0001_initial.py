import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
import django.utils.timezone
import hindsight.db.ids
import hindsight.db.versions
import orgs.tenancy
import sequences.models.sequence
import sequences.text
import uuid
from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "New tables. Old servers cannot delete an org, contact or interview request that has an enrolment, which seldom happens."

    initial = True

    dependencies = [
        ('contacts', '0001_squashed_0006_search_indexes'),
        ('interviews', '0038_sent_without_time'),
        ('orgs', '0026_sequence_events'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', hindsight.db.versions.VersionField(db_default=1, default=1, editable=False)),
                ('updated_at', hindsight.db.versions.UpdatedAtField(blank=True, editable=False)),
                ('name', models.CharField(help_text='Contacts do not see it.', max_length=200)),
                ('language', models.CharField(choices=sequences.models.sequence.languages, help_text='Of the texts, and of the lines below them.', max_length=2)),
                ('sender_name', models.CharField(help_text='Whom the mails come from.', max_length=100, validators=[sequences.text.validate_line], verbose_name='sender')),
                ('reply_to', models.EmailField(help_text="Where a contact's reply goes.", max_length=254, verbose_name='reply address')),
                ('postal_address', models.TextField(help_text='Below each mail, as the law asks of commercial mail.', max_length=500, validators=[sequences.text.validate_text])),
                ('window_start', models.TimeField(default=datetime.time(9, 0), help_text='From Monday to Friday.', verbose_name='mails leave from')),
                ('window_end', models.TimeField(default=datetime.time(17, 0), help_text='No mail leaves from this time on.', verbose_name='until')),
                ('time_zone', models.CharField(choices=sequences.models.sequence.time_zones, help_text='Of the two times. They follow its daylight saving.', max_length=64)),
                ('daily_cap', models.PositiveIntegerField(default=50, help_text="At most. A new sender's first weeks need a low number: mail servers trust it by and by.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)], verbose_name='mails a day')),
                ('needs_approval', models.BooleanField(default=True, help_text='The reminders that follow need no further approval.', verbose_name='a person approves each invitation before it leaves')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, help_text='It takes no new contacts, and no mail of it leaves.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('counted_on', models.DateField(editable=False, help_text='The day of `counted`, in the time zone.', null=True)),
                ('counted', models.PositiveIntegerField(default=0, editable=False, help_text='Mails that left on that day.')),
                ('paused_until', models.DateTimeField(editable=False, help_text='Workers take no mail of it before: outside the window, or at the cap.', null=True)),
                ('interview_type', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='sequences', to='interviews.interviewtype')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sequences', to='orgs.org')),
            ],
            options={
                'ordering': ('-id',),
                'permissions': (('view_own_sequence', 'Can view sequences of orgs that they manage'), ('add_own_sequence', 'Can add sequences of orgs that they manage'), ('change_own_sequence', 'Can change sequences of orgs that they manage')),
                'indexes': [models.Index(models.F('org'), django.db.models.functions.math.Abs('id'), name='sequence_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('window_start__lt', models.F('window_end'))), name='sequence_window_opens'), models.CheckConstraint(condition=models.Q(('daily_cap__gte', 1), ('daily_cap__lte', 100000)), name='sequence_cap_is_positive')],
            },
            bases=(hindsight.db.ids.PublicId, models.Model),
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('approved_at', models.DateTimeField(help_text='Empty: nobody had to approve it, or has.', null=True)),
                ('approved_by', models.CharField(blank=True, default='', help_text='The staff login.', max_length=150)),
                ('opened_at', models.DateTimeField(help_text='When the survey page was first opened after a mail.', null=True)),
                ('finished_at', models.DateTimeField(help_text='When it was stopped, or the last mail has left.', null=True)),
                ('stop_reason', models.CharField(blank=True, choices=[('completed', 'the interview is completed'), ('declined', 'the contact has declined'), ('opted_out', 'the contact has opted out'), ('replied', 'the contact has replied'), ('bounced', 'the address does not exist'), ('complained', 'the contact has reported a mail as spam'), ('erased', 'the contact was erased'), ('cancelled', 'the interview request was cancelled'), ('suspended', 'the org was suspended'), ('archived', 'the interview request or the sequence was archived'), ('person', 'a person has stopped it'), ('expired', 'nobody approved it, or the mail server did not accept it, for too long')], default='', help_text='Empty: every mail has left.', max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to='contacts.contact')),
                ('interview_request', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='enrolment', to='interviews.interviewrequest')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to='orgs.org')),
                ('sequence', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='enrolments', to='sequences.sequence')),
            ],
            options={
                'ordering': ('-id',),
                'permissions': (('view_own_enrolment', 'Can view enrolments in orgs that they manage'), ('change_own_enrolment', 'Can approve and stop mails in orgs that they manage')),
                'verbose_name_plural': 'mails',
                'default_permissions': ('view', 'change'),
                'indexes': [models.Index(fields=['org', '-id'], name='enrolment_of_org_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('stop_reason__in', ['', 'completed', 'declined', 'opted_out', 'replied', 'bounced', 'complained', 'erased', 'cancelled', 'suspended', 'archived', 'person', 'expired'])), name='enrolment_stop_reason_is_known'), models.CheckConstraint(condition=models.Q(('stop_reason', ''), ('finished_at__isnull', False), _connector='OR'), name='enrolment_stopped_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, help_text='No worker takes it before this time.')),
                ('leased_until', models.DateTimeField(help_text='Until then a worker has it. If the worker was killed, another one takes it after that.', null=True)),
                ('step', models.PositiveSmallIntegerField(help_text='The number of the step: 0 is the invitation.')),
                ('state', models.CharField(choices=[('to_approve', 'to approve'), ('waiting', 'waiting'), ('sent', 'sent'), ('stopped', 'stopped')], max_length=20)),
                ('subject', models.CharField(blank=True, default='', help_text='As a person has edited it, with placeholders. Empty: as the step says when the mail leaves.', max_length=200)),
                ('text', models.TextField(blank=True, default='', help_text='Like the subject.', max_length=5000)),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Of the Message-ID.', unique=True)),
                ('attempts', models.PositiveIntegerField(default=0, help_text='How many times a worker has taken it.')),
                ('failing_since', models.DateTimeField(help_text='The first attempt that the mail server did not accept.', null=True)),
                ('last_error', models.CharField(blank=True, default='', help_text='A code, without an address.', max_length=100)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='sequences.enrolment')),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='orgs.org')),
                ('sequence', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='sequences.sequence')),
            ],
            options={
                'ordering': ('-id',),
                'default_permissions': (),
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['sequence', 'due_at'], name='mail_lane'), models.Index(condition=models.Q(('leased_until__isnull', False), ('state', 'waiting')), fields=['leased_until'], name='mail_leased'), models.Index(condition=models.Q(('state', 'to_approve')), fields=['org', 'id'], name='mail_to_approve'), models.Index(fields=['sequence', 'step', 'state'], name='mail_by_step'), models.Index(condition=models.Q(('state', 'sent'), ('step', 0)), fields=['sent_at', 'org'], name='mail_first_sent')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['to_approve', 'waiting', 'sent', 'stopped'])), name='mail_state_is_known'), models.CheckConstraint(condition=models.Q(('step__lt', 5)), name='mail_step_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='mail_sent_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(default=0)),
                ('delay', models.PositiveSmallIntegerField(default=0, help_text='Of the invitation: after the enrolment.', validators=[django.core.validators.MaxValueValidator(60)], verbose_name='business days after the mail before')),
                ('subject', models.CharField(max_length=200, validators=[sequences.text.validate_subject])),
                ('text', models.TextField(max_length=5000, validators=[sequences.text.validate_text])),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orgs.org')),
                ('sequence', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='sequences.sequence')),
            ],
            options={
                'ordering': ('number',),
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('number__lt', 5)), name='sequence_step_is_known'), models.CheckConstraint(condition=models.Q(('delay__lte', 60)), name='sequence_step_delay_is_short')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(db_index=True, editable=False, max_length=64)),
                ('reason', models.CharField(choices=[('completed', 'the interview is completed'), ('declined', 'the contact has declined'), ('opted_out', 'the contact has opted out'), ('replied', 'the contact has replied'), ('bounced', 'the address does not exist'), ('complained', 'the contact has reported a mail as spam'), ('erased', 'the contact was erased'), ('cancelled', 'the interview request was cancelled'), ('suspended', 'the org was suspended'), ('archived', 'the interview request or the sequence was archived'), ('person', 'a person has stopped it'), ('expired', 'nobody approved it, or the mail server did not accept it, for too long')], max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('org', models.ForeignKey(help_text='Empty: of all orgs.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='suppressions', to='orgs.org')),
            ],
            options={
                'ordering': ('-id',),
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['opted_out', 'bounced', 'complained'])), name='suppression_reason_is_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='sequence',
            constraint=models.UniqueConstraint(fields=('org', 'name'), name='sequence_name_is_unique_in_org'),
        ),
        migrations.AddConstraint(
            model_name='sequence',
            constraint=models.UniqueConstraint(fields=('org', 'id'), name='sequence_of_org'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(fields=('org', 'id'), name='enrolment_of_org'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('to_approve', 'waiting'))), fields=('enrolment',), name='mail_is_the_only_unsent_one'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('org', 'contact'), name='enrolment_is_the_only_active_one'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(fields=('sequence', 'number'), name='sequence_step_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(fields=('org', 'digest'), name='suppression_is_unique_in_org'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.UniqueConstraint(condition=models.Q(('org', None)), fields=('digest',), name='suppression_is_unique_of_all'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=orgs.tenancy.SameOrg('sequence', name='mail_sequence_is_of_org'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=orgs.tenancy.SameOrg('enrolment', name='mail_enrolment_is_of_org'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=orgs.tenancy.SameOrg('sequence', name='enrolment_sequence_is_of_org'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=orgs.tenancy.SameOrg('sequence', name='sequence_step_is_of_org'),
        ),
        # Last: they block writes to tables of other apps until the migration ends.
        migrations.AddConstraint(
            model_name='sequence',
            constraint=orgs.tenancy.SameOrg('interview_type', name='sequence_type_is_of_org'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=orgs.tenancy.SameOrg('interview_request', name='enrolment_request_is_of_org'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=orgs.tenancy.SameOrg('contact', name='enrolment_contact_is_of_org'),
        ),
    ]
