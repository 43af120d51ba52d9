from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "Old servers find no scope of theirs in a new value, or all. They cannot rotate such a key."

    replaces = [
        ('orgs', '0024_webhook_scope'),
        ('orgs', '0028_more_scopes'),
    ]

    dependencies = [
        ('orgs', '0021_columns_of_orgs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=models.CharField(choices=[('read write', 'read and write'), ('read', 'read'), ('write', 'write'), ('webhooks', 'webhook endpoints'), ('read webhooks', 'read and webhook endpoints'), ('write webhooks', 'write and webhook endpoints'), ('read write webhooks', 'read, write and webhook endpoints')], default='read write', max_length=20),
        ),
    ]
