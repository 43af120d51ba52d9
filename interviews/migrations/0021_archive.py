

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0003_version'),
        ('interviews', '0020_home_statistics'),
        ('orgs', '0012_suspension'),
    ]

    operations = [
        migrations.AddField(
            model_name='interviewrequest',
            name='archived_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='Staff have taken it off their list. Customers do not see it.', null=True),
        ),
        migrations.AlterField(
            model_name='conversation',
            name='stage',
            field=models.CharField(choices=[('invited', 'invited'), ('consented', 'consented'), ('in_progress', 'in progress'), ('recap', 'recap'), ('completed', 'completed'), ('declined', 'declined')], default='consented', max_length=20),
        ),
        migrations.AlterField(
            model_name='interviewrequest',
            name='email_sent_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='sent at'),
        ),
        migrations.AlterField(
            model_name='interviewrequest',
            name='status',
            field=models.CharField(choices=[('created', 'created'), ('sent', 'sent'), ('completed', 'completed')], default='created', max_length=20),
        ),
        migrations.AddIndex(
            model_name='interviewrequest',
            index=models.Index(condition=models.Q(('archived_at__isnull', False)), fields=['id'], name='request_of_any_org_archived'),
        ),
    ]
