"""What people do with stock: send it, count it, wait for it, look into what does not add up."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from edino.inventory.models.ledger import Level
from edino.inventory.models.places import Location
from edino.inventory.types import CORRECTIONS


class Transfer(models.Model):
    """Goods sent from one location to another."""

    uid = models.UUIDField(unique=True)
    origin = models.ForeignKey(Location, models.PROTECT, related_name="+")
    destination = models.ForeignKey(Location, models.PROTECT, related_name="+")
    state = models.TextField()
    note = models.TextField(db_default="")
    created_at = models.DateTimeField()
    created_by = models.TextField(db_default="")
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_transfer"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "sent", "partly", "received", "cancelled"]),
                name="inventory_transfer_state_known",
            ),
            models.CheckConstraint(condition=~Q(origin=models.F("destination")), name="inventory_transfer_goes_far"),
        ]


class TransferLine(models.Model):
    """What is sent, what has come of it, what was lost on the way."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalogue.Variant", models.DO_NOTHING, related_name="+")
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(db_default=0)
    lost = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "inventory_transfer_line"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("transfer", "variant", name="inventory_transfer_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_transfer_line_quantity"),
            models.CheckConstraint(
                condition=Q(received__gte=0)
                & Q(lost__gte=0)
                & Q(quantity__gte=models.F("received") + models.F("lost")),
                name="inventory_transfer_line_no_more_than_sent",
            ),
        ]


class Count(models.Model):
    """A count of a location."""

    uid = models.UUIDField(unique=True)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    state = models.TextField()
    is_full = models.BooleanField(db_default=False)
    opened_at = models.DateTimeField()
    opened_by = models.TextField(db_default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_count"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "closed", "cancelled"]), name="inventory_count_state_known"
            ),
            models.UniqueConstraint(
                fields=["location"], condition=Q(state="open"), name="inventory_count_one_at_a_time"
            ),
        ]


class CountLine(models.Model):
    """What was counted of a variant, and what the book said when it was last scanned."""

    count = models.ForeignKey(Count, models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalogue.Variant", models.DO_NOTHING, related_name="+")
    counted = models.BigIntegerField()
    book = models.BigIntegerField()
    scanned_at = models.DateTimeField()

    class Meta:
        db_table = "inventory_count_line"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("count", "variant", name="inventory_count_line_once"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="inventory_count_line_counted"),
        ]


class CountArea(models.Model):
    """How many pieces of a count were seen in one area of the location, whoever scanned them."""

    count = models.ForeignKey(Count, models.PROTECT, related_name="+")
    area = models.TextField()
    counted = models.BigIntegerField()
    by = models.TextField(db_default="")

    class Meta:
        db_table = "inventory_count_area"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("count", "area", name="inventory_count_area_once"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="inventory_count_area_counted"),
        ]


class Subscription(models.Model):
    """Somebody waits for a variant; `told_at`: he was told that it is back."""

    uid = models.UUIDField(unique=True)
    variant = models.ForeignKey("catalogue.Variant", models.DO_NOTHING, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+")
    profile_id = models.BigIntegerField()
    kind = models.TextField()
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_subscription"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=["back_in_stock"]), name="inventory_subscription_kind_known"),
            models.UniqueConstraint(
                fields=["profile_id", "variant", "location", "kind"],
                condition=Q(told_at=None),
                name="inventory_subscription_waits_once",
                nulls_distinct=False,
            ),
        ]


class Correction(models.Model):
    """A person says that something else lies there, and why; its movements have it as their cause."""

    uid = models.UUIDField(unique=True)
    level = models.ForeignKey(Level, models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    reason = models.TextField()
    note = models.TextField(db_default="")
    created_at = models.DateTimeField()
    created_by = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(db_default="")

    class Meta:
        db_table = "inventory_correction"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(reason__in=CORRECTIONS), name="inventory_correction_reason_known"),
            models.CheckConstraint(condition=~Q(quantity=0), name="inventory_correction_moves"),
        ]


class Case(models.Model):
    """More was promised than lies there; somebody has to look into it. One open case per level."""

    uid = models.UUIDField(unique=True)
    level = models.ForeignKey(Level, models.PROTECT, related_name="+")
    missing = models.BigIntegerField()
    cause_kind = models.TextField(db_default="")
    cause_id = models.TextField(db_default="")
    opened_at = models.DateTimeField()
    state = models.TextField(db_default="open")
    resolution = models.TextField(db_default="")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.TextField(db_default="")

    class Meta:
        db_table = "inventory_case"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=["open", "resolved"]), name="inventory_case_state_known"),
            models.UniqueConstraint(fields=["level"], condition=Q(state="open"), name="inventory_case_one_open"),
        ]
