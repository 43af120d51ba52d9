import interviews.models.interview_request
from django.db import migrations, models


def remove_links_of_erased_contacts(apps, schema_editor):
    """Erasing a contact used to replace the survey token instead of removing it."""
    erased = apps.get_model("contacts", "Contact").objects.filter(email__regex=r"^erased-[0-9]+@erased\.invalid$")
    apps.get_model("interviews", "InterviewRequest").objects.filter(contact__in=erased).update(survey_token=None)


class Migration(migrations.Migration):
    dependencies = [("interviews", "0008_help_texts")]

    operations = [
        migrations.AlterField(
            model_name="interviewrequest",
            name="survey_token",
            field=models.CharField(
                blank=True,
                default=interviews.models.interview_request.new_survey_token,
                editable=False,
                help_text="Null once the contact is erased.",
                max_length=43,
                null=True,
                unique=True,
            ),
        ),
        migrations.RunPython(remove_links_of_erased_contacts, migrations.RunPython.noop, elidable=True),
    ]
