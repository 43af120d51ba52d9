from django.db import migrations

from hindsight.db.operations import DropChecks
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    """For databases of a commit in which migrations before had widened these checks."""

    upgrade = ROLLING

    dependencies = [
        ('orgs', '0026_sequence_events'),
    ]

    operations = [
        DropChecks('apikey', ['api_key_scopes_are_known']),
        DropChecks('change', ['change_actor_kind_is_known']),
        DropChecks('securityevent', ['event_kind_is_known', 'event_actor_kind_is_known']),
    ]
