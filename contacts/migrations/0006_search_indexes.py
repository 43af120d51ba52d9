from django.db import migrations, models

from hindsight.db.operations import AddIndexWithoutBlocking
from hindsight.db.search import SearchIndex


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('contacts', '0005_fill_search_text'),
    ]

    operations = [
        AddIndexWithoutBlocking(
            model_name='contact',
            index=models.Index(fields=['email'], name='contact_of_any_org_by_email'),
        ),
        AddIndexWithoutBlocking(
            model_name='contact',
            index=models.Index(fields=['created_at'], name='contact_of_any_org_by_time'),
        ),
        AddIndexWithoutBlocking(
            model_name='contact',
            index=SearchIndex(fields=['search_text'], name='contact_by_search_text'),
        ),
    ]
