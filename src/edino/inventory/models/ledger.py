"""What lies where, and every movement that made it so."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from edino.inventory.models.places import Location
from edino.inventory.types import MOVEMENT_KINDS


class Level(models.Model):
    """A variant at a location. How many good ones lie there is the total of its capacity, of kind `stock`."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalogue.Variant", models.DO_NOTHING, related_name="+", db_index=False)
    capacity_id = models.BigIntegerField(unique=True)
    safety = models.IntegerField(null=True)
    damaged = models.BigIntegerField(db_default=0)
    quarantine = models.BigIntegerField(db_default=0)
    counted_as_of = models.DateTimeField(null=True)
    """The moment of the last stock file or count that spoke of this level, if not of its whole location."""

    class Meta:
        db_table = "inventory_level"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("variant", "location", name="inventory_level_once"),
            models.CheckConstraint(condition=Q(safety__isnull=True) | Q(safety__gte=0), name="inventory_level_safety"),
        ]


class Movement(models.Model):
    """A line of the ledger: append-only, one for ever per key. Σ quantity of good ones = the capacity's total."""

    level = models.ForeignKey(Level, models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    condition = models.TextField(db_default="good")
    quantity = models.BigIntegerField()
    cause_kind = models.TextField(db_default="")
    cause_id = models.TextField(db_default="")
    key = models.UUIDField(unique=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source_id = models.IntegerField(null=True)
    by = models.TextField(db_default="")

    class Meta:
        db_table = "inventory_movement"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=MOVEMENT_KINDS), name="inventory_movement_kind_known"),
            models.CheckConstraint(
                condition=Q(condition__in=["good", "damaged", "quarantine"]), name="inventory_movement_condition"
            ),
            models.CheckConstraint(condition=~Q(quantity=0), name="inventory_movement_moves"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("level", models.F("occurred_at").desc(), name="inventory_movement_level"),
        ]


class Reserve(models.Model):
    """What a channel may not sell: so many units of every variant, at one location or (null) at each."""

    channel = models.TextField()
    location = models.ForeignKey(Location, models.PROTECT, null=True, related_name="+")
    quantity = models.IntegerField()

    class Meta:
        db_table = "inventory_reserve"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("channel", "location", name="inventory_reserve_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="inventory_reserve_quantity"),
        ]


class Inbound(models.Model):
    """What is expected, by document."""

    level = models.ForeignKey(Level, models.PROTECT, related_name="+")
    source_id = models.IntegerField(null=True)
    document = models.TextField()
    quantity = models.BigIntegerField()
    due_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "inventory_inbound"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("document", "level", name="inventory_inbound_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_inbound_quantity"),
        ]


class Snapshot(models.Model):
    """A stock file: what it said, and what came of it. `origin`: what brought it, in the words of whoever did."""

    uid = models.UUIDField(unique=True)
    source_id = models.IntegerField(null=True)
    as_of = models.DateTimeField()
    is_full = models.BooleanField(db_default=False)
    state = models.TextField()
    report = models.JSONField(db_default={})
    by = models.TextField(db_default="")
    origin = models.TextField(db_default="")
    locations = ArrayField(models.TextField(), null=True)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    decided_by = models.TextField(db_default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "inventory_snapshot"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["staged", "stopped", "applied", "dismissed"]),
                name="inventory_snapshot_state_known",
            ),
        ]


class SnapshotRow(models.Model):
    """A row of a stock file that waits for a person: kept until it is applied or dismissed."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+", db_index=False)
    place = models.BigIntegerField()
    location = models.TextField()
    sku = models.TextField()
    quantity = models.BigIntegerField()

    class Meta:
        db_table = "inventory_snapshot_kept"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("snapshot", "place", name="inventory_snapshot_kept_once"),
        ]
