from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0003_parcels_come_back'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(models.F('refund_of'), condition=models.Q(('refund_of__isnull', False)), name='orders_receipt_refund_of'),
        ),
    ]
