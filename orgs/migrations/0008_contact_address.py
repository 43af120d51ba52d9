from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0007_audit_days'),
    ]

    operations = [
        migrations.AddField(
            model_name='org',
            name='contact_address',
            field=models.CharField(blank=True, db_default='', default='', help_text='An email address, page or phone number. Paige shows it to contacts who want to reach a person.', max_length=200),
        ),
    ]
