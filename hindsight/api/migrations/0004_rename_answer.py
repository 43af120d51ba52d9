from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("api", "0003_counters_move"),
    ]

    operations = [
        migrations.RenameField(model_name="idempotencyrecord", old_name="answer", new_name="response"),
    ]
