from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    replaces = [
        ('interviews', '0029_conversation_language'),
        ('interviews', '0043_question_lease'),
    ]

    dependencies = [
        ('interviews', '0028_columns_of_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='language',
            field=models.CharField(blank=True, db_default='', default='', help_text='The language that the contact switched to.', max_length=2),
        ),
        migrations.AddField(
            model_name='conversation',
            name='translation',
            field=models.JSONField(help_text='A copy of the guide in the other language.', null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="leased_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Until then, a request computes Paige's next question. After that, another one may.",
                null=True,
            ),
        ),
    ]
