from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = (
        "Old servers write no external ids, and the constraint leaves out rows without one. Its index is empty, so that "
        "writes wait for one read of the contacts only."
    )

    dependencies = [
        ('contacts', '0002_contact_changed'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='external_id',
            field=models.CharField(
                blank=True,
                db_default='',
                default='',
                help_text="The customer's own id of the contact.",
                max_length=255,
                verbose_name='external id',
            ),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(
                condition=models.Q(('external_id', ''), _negated=True),
                fields=('org', 'external_id'),
                name='contact_external_id_is_unique_in_org',
            ),
        ),
    ]
