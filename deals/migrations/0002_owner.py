from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING

    dependencies = [
        ('deals', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='deal',
            name='owner',
            field=models.CharField(blank=True, db_default='', default='', help_text='Who sold, at the customer.', max_length=255),
        ),
    ]
