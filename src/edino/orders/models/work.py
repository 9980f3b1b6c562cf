"""What goes on in stores and what waits for a person there."""

from django.db import models
from django.db.models import F, Q

from edino.orders.models.book import Fulfilment, Line


class Picked(models.Model):
    """Pieces of a line that were found for a parcel so far, whoever found them. It binds nobody."""

    pk = models.CompositePrimaryKey("fulfilment_id", "line_id")
    fulfilment = models.ForeignKey(Fulfilment, models.CASCADE, related_name="+", db_index=False)
    line = models.ForeignKey(Line, models.CASCADE, related_name="+", db_index=False)
    quantity = models.IntegerField()
    by = models.TextField(db_default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "orders_picked"
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=0), name="orders_picked_quantity")]


class Case(models.Model):
    """Something that has happened and that nobody could refuse any more, but somebody has to look into."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    key = models.TextField(unique=True)
    kind = models.TextField()
    subject = models.UUIDField()
    number = models.TextField(db_default="")
    note = models.TextField(db_default="")
    currency = models.TextField()
    amount = models.BigIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(db_default="")

    class Meta:
        db_table = "orders_case"
        indexes = [models.Index(F("opened_at"), condition=Q(closed_at=None), name="orders_case_open")]
