from django.db import migrations

from hindsight.db.operations import DropChecks
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    """One table, because a lock on a second one can make a deadlock with a request."""

    upgrade = ROLLING

    dependencies = [
        ('orgs', '0027_drop_check_of_scopes'),
    ]

    operations = [
        DropChecks('change', ['change_actor_kind_is_known']),
    ]
