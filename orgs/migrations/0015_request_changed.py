
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0014_search_text'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='securityevent',
            name='event_kind_is_known',
        ),
        migrations.AlterField(
            model_name='securityevent',
            name='kind',
            field=models.CharField(choices=[('login', 'login'), ('login_failed', 'failed login'), ('lock_out', 'lock-out'), ('logout', 'logout'), ('password_changed', 'password change'), ('password_link', 'link to set a password'), ('factor_added', 'second factor set up'), ('factor_removed', 'second factor removed'), ('staff_created', 'staff login created'), ('staff_deleted', 'staff login deleted'), ('roles_changed', 'role change'), ('key_issued', 'API key issued'), ('key_rotated', 'API key rotated'), ('key_revoked', 'API key revoked'), ('org_created', 'org created'), ('org_changed', 'org or plan change'), ('org_suspended', 'org suspended'), ('org_reactivated', 'org reactivated'), ('guide_changed', 'guide change'), ('webhook_created', 'webhook endpoint created'), ('webhook_rotated', 'webhook secret rotated'), ('webhook_changed', 'webhook endpoint change'), ('webhook_sent', 'webhook test, replay or cancellation'), ('request_changed', 'interview request change'), ('transcript_read', 'transcript read'), ('prompt_read', 'prompt read'), ('export', 'export'), ('erasure', 'erasure'), ('deletion', 'deletion'), ('command', 'command')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='securityevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['login', 'login_failed', 'lock_out', 'logout', 'password_changed', 'password_link', 'factor_added', 'factor_removed', 'staff_created', 'staff_deleted', 'roles_changed', 'key_issued', 'key_rotated', 'key_revoked', 'org_created', 'org_changed', 'org_suspended', 'org_reactivated', 'guide_changed', 'webhook_created', 'webhook_rotated', 'webhook_changed', 'webhook_sent', 'request_changed', 'transcript_read', 'prompt_read', 'export', 'erasure', 'deletion', 'command'])), name='event_kind_is_known'),
        ),
    ]
