from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ('interviews', '0035_report_links'),
    ]

    operations = [
        migrations.AddField(
            model_name='interviewtype',
            name='draft',
            field=models.JSONField(blank=True, editable=False, help_text='A guide that is not published yet. It may be invalid.', null=True),
        ),
        migrations.AddField(
            model_name='interviewtype',
            name='drafted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='interviewtype',
            name='drafted_by',
            field=models.CharField(blank=True, db_default='', default='', editable=False, help_text='The staff login.', max_length=150),
        ),
    ]
