"""Where goods lie, when they can be fetched, and how a place is chosen."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from edino.inventory.types import LOCATION_KINDS, RULE_KINDS


class Location(models.Model):
    """A warehouse, a store, the road between them, or a partner's shelf."""

    code = models.TextField(unique=True)
    name = models.TextField()
    kind = models.TextField()
    city = models.TextField(db_default="")
    address = models.TextField(db_default="")
    time_zone = models.TextField(db_default="UTC")
    opening_hours = models.JSONField(db_default={})
    sells = models.BooleanField(db_default=True)
    ships = models.BooleanField(db_default=True)
    pickup = models.BooleanField(db_default=False)
    is_active = models.BooleanField(db_default=True)
    position = models.IntegerField(db_default=100)
    safety = models.IntegerField(db_default=0)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    daily_parcels = models.IntegerField(null=True)
    """So many parcels leave in a day of its calendar; null: as many as come."""
    counted_as_of = models.DateTimeField(null=True)
    """The moment of the last stock file that said everything about this location."""

    class Meta:
        db_table = "inventory_location"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=LOCATION_KINDS), name="inventory_location_kind_known"),
            models.CheckConstraint(condition=~Q(code=""), name="inventory_location_has_a_code"),
            models.CheckConstraint(condition=Q(safety__gte=0), name="inventory_location_safety"),
            models.CheckConstraint(
                condition=Q(daily_parcels__isnull=True) | Q(daily_parcels__gte=0), name="inventory_location_parcels"
            ),
        ]


class Slot(models.Model):
    """A time for picking up; how many orders fit is a capacity of kind `slot`."""

    uid = models.UUIDField(unique=True)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "inventory_slot"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("location", "starts_at", name="inventory_slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="inventory_slot_forward"),
        ]


class Opening(models.Model):
    """A stretch of a day of the week in which slots are opened again and again, each for so many orders."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    weekday = models.SmallIntegerField()
    """0 is Monday."""
    opens = models.TimeField()
    closes = models.TimeField()
    minutes = models.IntegerField()
    capacity = models.IntegerField()

    class Meta:
        db_table = "inventory_opening"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("location", "weekday", "opens", name="inventory_opening_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="inventory_opening_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=models.F("opens")), name="inventory_opening_forward"),
            models.CheckConstraint(condition=Q(minutes__range=(10, 720)), name="inventory_opening_minutes"),
            models.CheckConstraint(condition=Q(capacity__gte=0), name="inventory_opening_capacity"),
        ]


class ParcelDay(models.Model):
    """A day of a location that sends only so many parcels; how many are left is a capacity of kind `parcels`."""

    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    day = models.DateField()
    capacity_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "inventory_parcel_day"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("location", "day", name="inventory_parcel_day_once"),
        ]


class SourcingRule(models.Model):
    """A rule by which a location is chosen; asked in the order of position."""

    kind = models.TextField()
    position = models.IntegerField(db_default=100)
    method = models.TextField(db_default="")
    locations = ArrayField(models.TextField(), db_default=[])
    is_active = models.BooleanField(db_default=True)

    class Meta:
        db_table = "inventory_sourcing_rule"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=RULE_KINDS), name="inventory_sourcing_rule_kind"),
            models.CheckConstraint(
                condition=Q(method__in=["", "pickup", "delivery", "carry"]), name="inventory_sourcing_rule_method"
            ),
        ]
