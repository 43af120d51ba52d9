from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interviews', '0013_time_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='interviewrequest',
            name='flags',
            field=models.CharField(blank=True, db_default='', default='', editable=False, help_text='What the contact has asked for: values of Flag, separated by spaces.', max_length=60),
        ),
        migrations.AddIndex(
            model_name='interviewrequest',
            index=models.Index(condition=models.Q(('flags', ''), _negated=True), fields=['id'], name='request_of_any_org_flagged'),
        ),
    ]
