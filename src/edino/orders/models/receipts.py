"""What tills said."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Receipt(models.Model):
    """A till's message, once. A sale is an order too, a refund a return; `mark` tells bodies under one uid apart."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    kind = models.TextField()
    source_id = models.IntegerField()
    till = models.TextField(db_default="")
    shift = models.TextField(db_default="")
    number = models.TextField(db_default="")
    sequence = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    location_id = models.BigIntegerField(null=True)
    mark = models.BinaryField()
    hash = models.TextField(db_default="")
    previous_hash = models.TextField(db_default="")
    refund_of = models.UUIDField(null=True)
    leases = ArrayField(models.UUIDField(), db_default=[])
    warnings = models.JSONField(db_default=[])

    class Meta:
        db_table = "orders_receipt"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["sale", "refund"]), name="orders_receipt_kind_known")
        ]
        indexes = [
            models.Index(F("till"), F("hash"), condition=~Q(hash=""), name="orders_receipt_chain"),
            models.Index(F("till"), F("previous_hash"), condition=~Q(previous_hash=""), name="orders_receipt_previous"),
        ]
