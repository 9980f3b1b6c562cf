"""Fiscal receipts on their way to the device."""

from django.db import models
from django.db.models import F, Q


class FiscalReceipt(models.Model):
    """A fiscal document to be made: an outbox row, sent by a job. `external_id` keeps it single."""

    id = models.BigAutoField(primary_key=True)
    external_id = models.TextField(unique=True)
    order_uid = models.UUIDField(null=True)
    kind = models.TextField()
    document = models.JSONField()
    state = models.TextField(db_default="queued")
    device = models.TextField(db_default="")
    device_uid = models.TextField(db_default="")
    attempts = models.SmallIntegerField(db_default=0)
    error = models.TextField(db_default="")
    answer = models.JSONField(db_default={})
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_fiscal"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent", "done", "failed"]), name="orders_fiscal_state_known"
            )
        ]
        indexes = [
            models.Index(F("next_at"), condition=Q(state__in=["queued", "sent"]), name="orders_fiscal_due"),
            models.Index(F("order_uid"), name="orders_fiscal_order"),
        ]
