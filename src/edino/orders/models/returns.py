"""Returns."""

from django.db import models
from django.db.models import F, Q

from edino.orders.models.book import Line


class Return(models.Model):
    """Goods that come back, of one order, of several, of receipts or of nothing known.

    `refund_of`: the sale that a till's or a file's refund names, whether it is here yet or not.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    number = models.TextField(db_default="")
    state = models.TextField(db_default="requested")
    way = models.TextField(db_default="store")
    currency = models.TextField()
    source_id = models.IntegerField(null=True)
    location_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField(null=True)
    reason = models.TextField(db_default="")
    by = models.TextField(db_default="")
    worth = models.BigIntegerField(db_default=0)
    exchange_uid = models.UUIDField(null=True)
    compensation = models.TextField(db_default="")
    settlement = models.JSONField(db_default={})
    receipt_uid = models.UUIDField(null=True, unique=True)
    refund_of = models.UUIDField(null=True)
    mark = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    version = models.IntegerField(db_default=1)

    class Meta:
        db_table = "orders_return"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["requested", "approved", "received", "inspected", "settled", "refused", "withdrawn"]
                ),
                name="orders_return_state_known",
            ),
            models.CheckConstraint(condition=Q(worth__gte=0), name="orders_return_worth"),
        ]
        indexes = [
            models.Index(F("profile_id"), F("created_at").desc(), name="orders_return_profile"),
            models.Index(F("created_at").desc(), F("id").desc(), name="orders_return_created"),
            models.Index(F("refund_of"), condition=Q(refund_of__isnull=False), name="orders_return_refund_of"),
        ]


class ReturnLine(models.Model):
    """Goods of a return. `line` is what was sold; none: receiptless. Counted in `line.returned`."""

    id = models.BigAutoField(primary_key=True)
    ret = models.ForeignKey(Return, models.CASCADE, related_name="+", db_column="return_id")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+")
    variant_id = models.BigIntegerField(null=True)
    sku = models.TextField()
    name = models.TextField(db_default="")
    quantity = models.IntegerField()
    amount = models.BigIntegerField(db_default=0)
    reason = models.TextField(db_default="")
    disposition = models.TextField(db_default="")
    note = models.TextField(db_default="")
    measure = models.TextField(db_default="")

    class Meta:
        db_table = "orders_return_line"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, amount__gte=0), name="orders_return_line_signs")
        ]
