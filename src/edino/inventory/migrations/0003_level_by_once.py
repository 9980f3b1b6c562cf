import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Levels are found by variant through the constraint of variant and location: a second index only costs."""

    dependencies = [("inventory", "0002_ledger")]
    operations = [
        migrations.AlterField(
            "level",
            "variant",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="catalogue.variant",
            ),
        ),
    ]
