import contacts.models
import django.db.models.deletion
import django.db.models.functions.text
import hindsight.db.search
import hindsight.db.versions
from django.db import migrations, models


def create_extension(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('contacts', '0001_initial'),
        ('contacts', '0002_staff_search'),
        ('contacts', '0003_version'),
        ('contacts', '0004_search_text'),
        ('contacts', '0005_fill_search_text'),
        ('contacts', '0006_search_indexes'),
    ]

    dependencies = [
        ('orgs', '0020_append_only'),
    ]

    operations = [
        migrations.RunPython(create_extension, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', contacts.models.LowercaseEmailField(max_length=254)),
                ('name', models.CharField(blank=True, max_length=255)),
                ('notes', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', hindsight.db.versions.UpdatedAtField(blank=True, editable=False)),
                ('org', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='orgs.org')),
                ('version', hindsight.db.versions.VersionField(db_default=1, default=1, editable=False)),
                ('search_text', hindsight.db.search.SearchTextField(blank=True, db_default='', default='', editable=False, of=('email', 'name'))),
            ],
            options={
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['email'], name='contact_of_any_org_by_email'), models.Index(fields=['created_at'], name='contact_of_any_org_by_time'), hindsight.db.search.SearchIndex(fields=['search_text'], name='contact_by_search_text')],
                'constraints': [models.UniqueConstraint(fields=('org', 'email'), name='contact_email_is_unique_in_org'), models.UniqueConstraint(fields=('org', 'id'), name='contact_of_org'), models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='contact_email_is_lowercase')],
            },
        ),
    ]
