from django.db import migrations, models
from django.db.models import F, Q

TAKEN = """
WITH given AS (
    SELECT line.line_id, sum(line.quantity) AS pieces, sum(line.amount) AS money
      FROM orders_return_line AS line
      JOIN orders_return AS back ON back.id = line.return_id
     WHERE line.line_id IS NOT NULL AND back.state NOT IN ('refused', 'withdrawn') AND back.way IN ('store', 'post')
     GROUP BY line.line_id
)
UPDATE orders_line AS one
   SET less = CASE WHEN one.cancelled + one.returned = one.quantity THEN one.net
                   WHEN given.pieces = one.cancelled + one.returned THEN least(given.money, one.net)
                   ELSE (one.cancelled + one.returned) * (one.net / one.quantity)
                        + least(one.cancelled + one.returned, one.net % one.quantity) END
  FROM orders_line AS same
  LEFT JOIN given ON given.line_id = same.id
 WHERE same.id = one.id AND one.cancelled + one.returned > 0
"""


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0006_refunds_before_their_sale'),
    ]

    operations = [
        migrations.AddField(
            model_name='line',
            name='less',
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.RunSQL(TAKEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=Q(('less__gte', 0), ('less__lte', F('net'))), name='orders_line_less'),
        ),
    ]
