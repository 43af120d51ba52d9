"""Guides get the format with follow-ups, and turns get moves, engines and follow-ups under their new names.

The next migration adds the constraints: PostgreSQL alters no table with pending triggers of changed rows.
"""

from django.db import migrations, models

from interviews.paige.guide.rules import in_current_format


def convert_guides(apps, schema_editor):
    for name in ("InterviewType", "Conversation"):
        model = apps.get_model("interviews", name)
        for row in model.objects.only("guide").iterator(chunk_size=200):
            model.objects.filter(pk=row.pk).update(guide=in_current_format(row.guide))


def indexed(turns):
    """The index of each follow-up by the turn's id: a topic's follow-ups were asked in the guide's order."""
    counts, indexes = {}, {}
    for turn in turns:
        topic = turn.interview_request_id, turn.topic
        indexes[turn.pk] = counts.get(topic, 0)
        counts[topic] = indexes[turn.pk] + 1
    return indexes


def convert_turns(apps, schema_editor):
    turns = apps.get_model("interviews", "Turn").objects
    turns.filter(engine="guided").update(engine="rules")
    unfinished = turns.filter(move="probe").exclude(interview_request__conversation__stage="completed")
    for pk, index in indexed(unfinished.order_by("interview_request_id", "number").iterator(chunk_size=2000)).items():
        turns.filter(pk=pk).update(follow_up=index)
    turns.filter(move="probe").update(move="follow_up")


class Migration(migrations.Migration):

    dependencies = [
        ('interviews', '0010_version'),
        ('orgs', '0008_contact_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='turn',
            name='follow_up',
            field=models.PositiveSmallIntegerField(blank=True, help_text='The index of the follow-up that Paige put, among those of the topic.', null=True),
        ),
        migrations.RemoveConstraint(model_name='turn', name='turn_move_is_its_speakers'),
        migrations.RemoveConstraint(model_name='turn', name='turn_engine_is_paiges'),
        migrations.AlterField(
            model_name='turn',
            name='move',
            field=models.CharField(choices=[('question', 'Question'), ('follow_up', 'follow-up'), ('covered', 'Covered'), ('repeat', 'Repeat'), ('rephrase', 'Rephrase'), ('closing', 'Closing'), ('answer', 'Answer'), ('skip', 'Skip')], max_length=10),
        ),
        migrations.AlterField(
            model_name='turn',
            name='engine',
            field=models.CharField(blank=True, choices=[('rules', 'Rules'), ('model', 'Model'), ('fallback', 'Fallback')], max_length=10),
        ),
        migrations.RunPython(convert_guides, migrations.RunPython.noop),
        migrations.RunPython(convert_turns, migrations.RunPython.noop),
    ]
