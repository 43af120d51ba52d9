from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "Servers of 0.1.0 do not know the table of drivers."

    dependencies = [
        ('interviews', '0032_indexes'),
        ('orgs', '0023_kinds_of_events'),
    ]

    operations = [
        migrations.AddField(
            model_name='driver',
            name='about',
            field=models.CharField(blank=True, choices=[('vendor', 'Vendor'), ('competitor', 'Competitor'), ('nothing', 'buying nothing')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='driver',
            name='about_name',
            field=models.CharField(blank=True, db_default='', default='', help_text='Of the competitor.', max_length=255),
        ),
        migrations.AddField(
            model_name='driver',
            name='as_read',
            field=models.JSONField(help_text='The values that staff have corrected, as they were read.', null=True),
        ),
        migrations.AddField(
            model_name='driver',
            name='comment',
            field=models.TextField(blank=True, db_default='', default='', help_text='By staff. Not in the API.'),
        ),
        migrations.AddField(
            model_name='driver',
            name='is_decisive',
            field=models.BooleanField(db_default=False, default=False, help_text='Whether the contact says that it tipped the decision.'),
        ),
        migrations.AddField(
            model_name='driver',
            name='source',
            field=models.CharField(choices=[('read', 'Read'), ('model', 'a model'), ('staff', 'Staff')], db_default='read', default='read', max_length=10),
        ),
        migrations.AddField(
            model_name='driver',
            name='tags',
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='transcript',
            name='summary',
            field=models.JSONField(db_default={}, default=dict, help_text='What would have changed the decision, and the sentences of a model.'),
        ),
        migrations.AlterField(
            model_name='transcript',
            name='drivers',
            field=models.JSONField(default=list, help_text='A copy of its drivers, as GET shows them.'),
        ),
        migrations.AddConstraint(
            model_name='driver',
            constraint=models.CheckConstraint(condition=models.Q(('about__in', ['', 'vendor', 'competitor', 'nothing'])), name='driver_about_is_known'),
        ),
        migrations.AddConstraint(
            model_name='driver',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['read', 'model', 'staff'])), name='driver_source_is_known'),
        ),
    ]
