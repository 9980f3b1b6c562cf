"""Shoppers' own log-in: sessions of browsers that proved a contact, and the place a code was asked for from."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_verdicts")]

    operations = [
        migrations.AddField(model_name="proof", name="place", field=models.BinaryField(null=True)),
        migrations.AddIndex(
            model_name="proof",
            index=models.Index(
                F("place"), F("at"), name="customers_proof_place", condition=Q(place__isnull=False)
            ),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("token", models.BinaryField(primary_key=True, serialize=False)),
                ("identifier_id", models.BigIntegerField(db_index=True)),
                ("profile_id", models.BigIntegerField()),
                ("source_id", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "customers_session"},
        ),
    ]
