from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    replaces = [
        ('interviews', '0030_wording'),
    ]

    dependencies = [
        ('interviews', '0029_columns_of_conversations'),
    ]

    operations = [
        migrations.AddField(
            model_name='interviewtype',
            name='wording',
            field=models.CharField(choices=[('guide', 'the guide'), ('model', 'a model')], db_default='guide', default='guide', help_text="Whose words Paige's follow-ups have, where a model is configured for them.", max_length=10),
        ),
        migrations.AddField(
            model_name='turn',
            name='authored',
            field=models.TextField(blank=True, db_default='', default='', help_text='What Paige would have said, if a model has worded the text.'),
        ),
        migrations.AddField(
            model_name='turn',
            name='worded_by',
            field=models.CharField(blank=True, choices=[('guide', 'the guide'), ('model', 'a model')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='turn',
            name='wording_fallback',
            field=models.CharField(blank=True, db_default='', default='', help_text='Why the words of a model are not shown.', max_length=40),
        ),
        migrations.AddField(
            model_name='turn',
            name='reading',
            field=models.TextField(blank=True, db_default='', default='', editable=False, help_text='Of an answer, as JSON. Empty: not read yet.'),
        ),
    ]
