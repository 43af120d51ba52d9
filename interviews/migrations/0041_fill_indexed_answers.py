from django.db import migrations, models, transaction
from django.db.models import Exists, OuterRef

from hindsight.db.keyset import pk_batches
from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.upgrades import ROLLING
from hindsight.text.languages import ENGLISH
from interviews.services.search_index import indexed_values, topics_of_excerpts

BATCH = 200


def fill_indexed_answers(apps, schema_editor):
    transcripts = apps.get_model('interviews', 'Transcript').objects
    model, turns = apps.get_model('interviews', 'IndexedAnswer'), apps.get_model('interviews', 'Turn').objects
    indexed = model.objects.filter(interview_request=OuterRef('interview_request'))
    related = transcripts.select_related('interview_request__conversation', 'interview_request__interview_type')
    for pks in pk_batches(transcripts.all(), BATCH):
        with transaction.atomic():
            batch = list(related.exclude(Exists(indexed)).filter(pk__in=pks).select_for_update(of=('self',)))
            topics = topics_of(turns.filter(interview_request__in=[each.interview_request_id for each in batch]))
            model.objects.bulk_create(row for each in batch for row in rows_of(model, each, topics))


def topics_of(turns):
    topics = {}
    for interview_request, number, topic in turns.values_list('interview_request', 'number', 'topic'):
        topics.setdefault(interview_request, {})[number] = topic
    return topics


def rows_of(model, transcript, topics):
    interview_request = transcript.interview_request
    own = {**topics_of_excerpts(transcript.key_answers), **topics.get(interview_request.pk, {})}
    for values in indexed_values(transcript.content, own, language_of(interview_request)):
        yield model(
            org_id=transcript.org_id,
            interview_request_id=interview_request.pk,
            completed_at=interview_request.completed_at,
            **values,
        )


def language_of(interview_request):
    conversation = getattr(interview_request, 'conversation', None)
    guide = (conversation or interview_request.interview_type).guide
    return (conversation and conversation.language) or guide.get('language', ENGLISH)


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "It only adds rows, in batches, to a table that old servers do not know."
    atomic = False

    dependencies = [
        ('interviews', '0040_indexed_answers'),
    ]

    operations = [
        migrations.RunPython(fill_indexed_answers, migrations.RunPython.noop),
        AddIndexWithoutBlocking(
            model_name='driver',
            index=models.Index(fields=['org', 'completed_at', 'id'], name='driver_of_org_newest'),
        ),
    ]
