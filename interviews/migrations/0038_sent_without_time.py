from django.db import migrations

from hindsight.db.upgrades import ROLLING


def unmark_what_was_not_sent(apps, schema_editor):
    """For mails that still wait. Code before the migration has no status "sent" without a time."""
    sent = apps.get_model("interviews", "InterviewRequest").objects.filter(status="sent")
    sent.filter(email_sent_at=None).update(status="created")


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "Data changes only when it is unapplied."

    dependencies = [
        ('interviews', '0037_indexes_of_home'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='interviewrequest',
            name='interview_request_sent_has_time',
        ),
        migrations.RunPython(migrations.RunPython.noop, unmark_what_was_not_sent),
    ]
