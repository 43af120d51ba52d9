from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('limits', '0001_initial'),
        ('limits', '0002_bigger_counts'),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='RateLimitCounter',
            fields=[
                ('key', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('count', models.PositiveBigIntegerField()),
                ('expires_at', models.PositiveBigIntegerField(db_index=True, help_text='Unix seconds')),
            ],
            options={
                'db_table': 'rate_limit_counter',
            },
        ),
    ]
