from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_receipts_by_refund_of'),
    ]

    operations = [
        migrations.AddField(
            model_name='receipt',
            name='warnings',
            field=models.JSONField(db_default=[]),
        ),
    ]
