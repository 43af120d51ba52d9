import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import orgs.branding
from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = (
        "Old servers see a test room as an org of its own, and show no logo. They cannot delete an org that has one of them; "
        "the deletion can be repeated."
    )

    replaces = [
        ('orgs', '0022_own_orgs'),
        ('orgs', '0023_names_subjects'),
        ('orgs', '0025_test_room'),
        ('orgs', '0027_branding'),
    ]

    dependencies = [
        ('orgs', '0020_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='apikey',
            options={'ordering': ('-id',), 'permissions': (('view_own_apikey', 'Can view API keys of orgs that they manage'), ('add_own_apikey', 'Can add API keys of orgs that they manage'), ('change_own_apikey', 'Can change API keys of orgs that they manage')), 'verbose_name': 'API key'},
        ),
        migrations.AlterModelOptions(
            name='org',
            options={'ordering': ('name',), 'permissions': (('view_own_org', 'Can view orgs that they manage'), ('change_own_org', 'Can change orgs that they manage'))},
        ),
        migrations.AlterField(
            model_name='org',
            name='account_managers',
            field=models.ManyToManyField(blank=True, help_text='Logins with the role account manager who manage this org and see its interviews.', related_name='managed_orgs', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='org',
            name='names_subjects',
            field=models.BooleanField(db_default=False, default=False, help_text='Paige may name a subject of the objective, such as SSO, once its topic was asked and the contact has not mentioned it.'),
        ),
        migrations.AddField(
            model_name='org',
            name='test_room_of',
            field=models.OneToOneField(blank=True, editable=False, help_text='The org whose test keys reach this one. Empty: this is no test room.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='test_room', to='orgs.org'),
        ),
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('org', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='orgs.org')),
                ('name', models.CharField(db_index=True, max_length=40)),
                ('content', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='org',
            name='brand_color',
            field=models.CharField(blank=True, db_default='', default='', help_text="The colour of links and buttons on the survey page, such as #1b6b5f. It needs a contrast of 4.5:1 with white; for dark screens, the page makes it lighter. Empty: Hindsight's green.", max_length=7, validators=[orgs.branding.validate_brand_color]),
        ),
        migrations.AddField(
            model_name='org',
            name='imprint_url',
            field=models.CharField(blank=True, db_default='', default='', help_text="The org's imprint, https://…. The survey page links to it.", max_length=500, validators=[django.core.validators.URLValidator(message='Enter a URL that begins with https://.', schemes=['https'])]),
        ),
        migrations.AddField(
            model_name='org',
            name='logo',
            field=models.CharField(blank=True, db_default='', default='', editable=False, help_text='The name of the image in `Logo`: a hash and an extension.', max_length=40),
        ),
        migrations.AddField(
            model_name='org',
            name='survey_base_url',
            field=models.CharField(blank=True, db_default='', default='', help_text="Survey links begin with it: https:// and a host name of the org's own, which the operator has set up. Empty: the server's own.", max_length=200, validators=[orgs.branding.validate_survey_base_url]),
        ),
    ]
