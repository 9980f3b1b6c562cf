from django.db import migrations, models

NAMED = """
UPDATE orders_return AS back SET refund_of = receipt.refund_of
  FROM orders_receipt AS receipt
 WHERE receipt.uid = back.receipt_uid AND receipt.kind = 'refund' AND receipt.refund_of IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_receipts_keep_warnings'),
    ]

    operations = [
        migrations.AddField(
            model_name='return',
            name='refund_of',
            field=models.UUIDField(null=True),
        ),
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='receipt',
            name='orders_receipt_refund_of',
        ),
        migrations.AddIndex(
            model_name='return',
            index=models.Index(models.F('refund_of'), condition=models.Q(('refund_of__isnull', False)), name='orders_return_refund_of'),
        ),
    ]
