"""What customers are told of their orders."""

from django.db import models
from django.db.models import F, Q

from edino.orders.models.book import Order

STATES = ["due", "sending", "told", "failed", "skipped", "unknown"]


class Notice(models.Model):
    """A message about one fact of the log, at most once. It holds no address: that is the order's when it is sent.

    `sending` until `next_at` belongs to whoever sends it; who died in it leaves it `unknown`, and it is not repeated.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="+")
    return_uid = models.UUIDField(null=True)
    kind = models.TextField()
    detail = models.JSONField(db_default={})
    state = models.TextField(db_default="due")
    channel = models.TextField(db_default="")
    tries = models.SmallIntegerField(db_default=0)
    note = models.TextField(db_default="")
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_notice"
        constraints = [models.CheckConstraint(condition=Q(state__in=STATES), name="orders_notice_state_known")]
        indexes = [
            models.Index(F("next_at"), F("id"), condition=Q(state__in=["due", "sending"]), name="orders_notice_due")
        ]
