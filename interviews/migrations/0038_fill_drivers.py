from django.db import migrations, transaction
from django.db.models import Exists, OuterRef

from hindsight.db.keyset import pk_batches
from hindsight.db.upgrades import ROLLING

BATCH = 1_000
COPIED = ('topic', 'title', 'direction', 'quote', 'turn', 'start', 'end')


def fill_drivers(apps, schema_editor):
    transcripts = apps.get_model('interviews', 'Transcript').objects.exclude(drivers=[])
    driver_model = apps.get_model('interviews', 'Driver')
    filled = driver_model.objects.filter(interview_request=OuterRef('interview_request'))
    for pks in pk_batches(transcripts, BATCH):
        with transaction.atomic():
            batch = transcripts.exclude(Exists(filled)).filter(pk__in=pks).select_for_update(of=('self',))
            found = batch.values_list('org', 'interview_request', 'interview_request__completed_at', 'drivers')
            driver_model.objects.bulk_create(row for each in found for row in rows_of(driver_model, *each))


def rows_of(driver_model, org, interview_request, completed_at, drivers):
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


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "It only adds rows, in batches, to a table that old servers do not know."
    atomic = False

    dependencies = [
        ('interviews', '0037_drivers'),
    ]

    operations = [
        migrations.RunPython(fill_drivers, migrations.RunPython.noop),
    ]
