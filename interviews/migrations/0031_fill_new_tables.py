from datetime import timedelta

from django.db import migrations, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from hindsight.db.keyset import pk_batches
from hindsight.text.languages import ENGLISH
from interviews.services.transcript_search import indexed_values, topics_of_excerpts
from hindsight.db.upgrades import ROLLING


def fill_progress(apps, schema_editor):
    """Without events, and without a new version of the rows."""
    rows = apps.get_model('interviews', 'InterviewRequest').objects
    conversations = apps.get_model('interviews', 'Conversation').objects.filter(interview_request=OuterRef('pk'))
    unfinished = conversations.filter(stage__in=['consented', 'in_progress', 'recap'])
    quiet = unfinished.filter(last_activity_at__lt=timezone.now() - timedelta(days=7))
    progress = Case(
        When(status='completed', then=Value('completed')),
        When(flags__contains='declined', then=Value('declined')),
        When(Exists(quiet), then=Value('abandoned')),
        When(Exists(unfinished), then=Value('started')),
        default=Value('not_started'),
    )
    begun = Q(status='completed') | Q(flags__contains='declined') | Exists(unfinished)
    for pks in pk_batches(rows.all(), 2_000):
        rows.filter(begun, pk__in=pks).update(progress=progress)


COPIED = ('topic', 'title', 'direction', 'quote', 'turn', 'start', 'end')


def fill_drivers(apps, schema_editor):
    transcripts = apps.get_model('interviews', 'Transcript').objects.exclude(drivers=[])
    driver_model = apps.get_model('interviews', 'Driver')
    filled = driver_model.objects.filter(interview_request=OuterRef('interview_request'))
    for pks in pk_batches(transcripts, 1_000):
        with transaction.atomic():
            batch = transcripts.exclude(Exists(filled)).filter(pk__in=pks).select_for_update(of=('self',))
            found = batch.values_list('org', 'interview_request', 'interview_request__completed_at', 'drivers')
            driver_model.objects.bulk_create(row for each in found for row in drivers_of(driver_model, *each))


def drivers_of(driver_model, org, interview_request, completed_at, drivers):
    """The first one of its topic and direction is counted. Earlier releases did not store which ones are reasons."""
    counted = set()
    for driver in drivers:
        cell = driver['topic'], driver['direction']
        yield driver_model(
            org_id=org,
            interview_request_id=interview_request,
            completed_at=completed_at,
            is_reason=False,
            is_counted=cell not in counted,
            **{name: driver[name] for name in COPIED},
        )
        counted.add(cell)


def fill_indexed_answers(apps, schema_editor):
    transcripts = apps.get_model('interviews', 'Transcript').objects
    model, turns = apps.get_model('interviews', 'IndexedAnswer'), apps.get_model('interviews', 'Turn').objects
    indexed = model.objects.filter(interview_request=OuterRef('interview_request'))
    related = transcripts.select_related('interview_request__conversation', 'interview_request__interview_type')
    for pks in pk_batches(transcripts.all(), 200):
        with transaction.atomic():
            batch = list(related.exclude(Exists(indexed)).filter(pk__in=pks).select_for_update(of=('self',)))
            topics = topics_of(turns.filter(interview_request__in=[each.interview_request_id for each in batch]))
            model.objects.bulk_create(row for each in batch for row in answers_of(model, each, topics))


def topics_of(turns):
    topics = {}
    for interview_request, number, topic in turns.values_list('interview_request', 'number', 'topic'):
        topics.setdefault(interview_request, {})[number] = topic
    return topics


def answers_of(model, transcript, topics):
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
    rolling_because = (
        "In batches, so that a PATCH waits for milliseconds. Old servers do not know the column and the tables: for interviews "
        "that they begin or end meanwhile, `manage.py purge` fills them."
    )
    atomic = False

    replaces = [
        ('interviews', '0036_fill_progress'),
        ('interviews', '0038_fill_drivers'),
        ('interviews', '0041_fill_indexed_answers'),
    ]

    dependencies = [
        ('interviews', '0030_columns_of_turns'),
    ]

    operations = [
        migrations.RunPython(fill_progress, migrations.RunPython.noop),
        migrations.RunPython(fill_drivers, migrations.RunPython.noop),
        migrations.RunPython(fill_indexed_answers, migrations.RunPython.noop),
    ]
