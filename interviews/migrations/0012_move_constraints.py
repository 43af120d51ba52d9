from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interviews', '0011_moves'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('move__in', ('question', 'follow_up', 'covered', 'repeat', 'rephrase', 'closing')), ('speaker', 'paige')), models.Q(('move__in', ('answer', 'skip')), ('speaker', 'contact')), _connector='OR'), name='turn_move_is_its_speakers'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('engine__in', ['rules', 'model', 'fallback']), ('speaker', 'paige')), models.Q(('engine', ''), ('speaker', 'contact')), _connector='OR'), name='turn_engine_is_paiges'),
        ),
    ]
