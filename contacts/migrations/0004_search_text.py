import hindsight.db.search
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0003_version'),
    ]

    operations = [
        migrations.RemoveIndex(model_name='contact', name='contact_by_words_of_name'),
        migrations.RemoveIndex(model_name='contact', name='contact_by_email'),
        migrations.AddField(
            model_name='contact',
            name='search_text',
            field=hindsight.db.search.SearchTextField(blank=True, db_default='', default='', editable=False, of=('email', 'name')),
        ),
    ]
