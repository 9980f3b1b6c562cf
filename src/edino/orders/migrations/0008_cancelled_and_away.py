from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_lines_keep_what_was_taken'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='history',
            index=models.Index(F('at'), condition=Q(('what', 'cancelled')), name='orders_history_cancelled'),
        ),
        migrations.AddIndex(
            model_name='fulfilment',
            index=models.Index(F('done_at'), condition=Q(('state__in', ['shipped', 'coming_back'])), name='orders_fulfilment_away'),
        ),
    ]
