import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('api', '0001_initial'),
        ('api', '0002_idempotency'),
        ('api', '0003_counters_move'),
        ('api', '0004_rename_answer'),
        ('api', '0005_etag'),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org_id', models.BigIntegerField()),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.CharField(help_text='SHA-256 of the request, in hexadecimal', max_length=64)),
                ('response', models.TextField(help_text='JSON')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('etag', models.CharField(db_default='', default='', max_length=64)),
            ],
            options={
                'db_table': 'idempotency_record',
                'constraints': [models.UniqueConstraint(fields=('org_id', 'key'), name='idempotency_key_is_unique_in_org')],
            },
        ),
    ]
