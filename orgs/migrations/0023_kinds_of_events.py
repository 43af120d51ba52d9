from django.db import migrations, models

from hindsight.db.upgrades import ROLLING


class Migration(migrations.Migration):
    upgrade = ROLLING
    rolling_because = "Old servers show a new value as it is stored, and never write it."

    replaces = [
        ('orgs', '0021_single_sign_on_events'),
        ('orgs', '0026_contacts_as_actors'),
    ]

    dependencies = [
        ('orgs', '0022_scopes_of_keys'),
    ]

    operations = [
        migrations.AlterField(
            model_name='change',
            name='actor_kind',
            field=models.CharField(choices=[('api_key', 'API key'), ('staff', 'staff login'), ('command', 'command'), ('contact', 'contact')], max_length=20),
        ),
        migrations.AlterField(
            model_name='securityevent',
            name='actor',
            field=models.CharField(blank=True, help_text="The staff login, the command, the API key's prefix, or the survey link. Empty: a login that does not exist.", max_length=150),
        ),
        migrations.AlterField(
            model_name='securityevent',
            name='actor_kind',
            field=models.CharField(choices=[('api_key', 'API key'), ('staff', 'staff login'), ('command', 'command'), ('contact', 'contact')], max_length=20),
        ),
        migrations.AlterField(
            model_name='securityevent',
            name='kind',
            field=models.CharField(choices=[('login', 'login'), ('login_failed', 'failed login'), ('lock_out', 'lock-out'), ('logout', 'logout'), ('password_changed', 'password change'), ('password_link', 'link to set a password'), ('factor_added', 'second factor set up'), ('factor_removed', 'second factor removed'), ('link_made', 'single sign-on linked'), ('link_used', 'first login by single sign-on'), ('link_removed', 'single sign-on unlinked'), ('staff_created', 'staff login created'), ('staff_deleted', 'staff login deleted'), ('roles_changed', 'role change'), ('key_issued', 'API key issued'), ('key_rotated', 'API key rotated'), ('key_revoked', 'API key revoked'), ('org_created', 'org created'), ('org_changed', 'org or plan change'), ('org_suspended', 'org suspended'), ('org_reactivated', 'org reactivated'), ('type_created', 'interview type created'), ('type_archived', 'interview type archived'), ('type_unarchived', 'interview type unarchived'), ('guide_changed', 'guide change'), ('webhook_created', 'webhook endpoint created'), ('webhook_rotated', 'webhook secret rotated'), ('webhook_changed', 'webhook endpoint change'), ('webhook_sent', 'webhook test, replay or cancellation'), ('request_changed', 'interview request change'), ('transcript_read', 'transcript read'), ('prompt_read', 'prompt read'), ('export', 'export'), ('import', 'import'), ('erasure', 'erasure'), ('answer_withdrawn', 'answer taken back'), ('deletion', 'deletion'), ('command', 'command')], max_length=20),
        ),
    ]
