"""Prices: lists, their rows (only ever added), exceptions of channels, and who waits for a lower price."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from edino.catalogue.models.products import Variant


class PriceList(models.Model):
    """A list of prices for a currency, a region and a customer group. It has no channel, on purpose."""

    code = models.TextField(unique=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    region = models.TextField(db_default="")
    customer_group = models.TextField(db_default="")
    priority = models.IntegerField(db_default=0)
    is_active = models.BooleanField(db_default=True)
    is_reserved = models.BooleanField(db_default=False)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_price_list"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(code=""), name="catalogue_price_list_has_a_code"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="catalogue_price_list_currency"),
        ]


class Price(models.Model):
    """A row of a list: regular without an end, temporary with one. A trigger refuses any change of it."""

    list = models.ForeignKey(PriceList, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    source = models.ForeignKey("channels.Source", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    author = models.TextField(db_default="")

    class Meta:
        db_table = "catalogue_price"
        indexes: ClassVar[list[models.Index]] = [
            models.Index("variant", "list", F("starts_at").desc(), F("id").desc(), name="catalogue_price_in_force"),
            models.Index("starts_at", name="catalogue_price_begun"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="catalogue_price_not_negative"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="catalogue_price_period"),
            models.CheckConstraint(
                condition=Q(amount__isnull=False) | Q(ends_at__isnull=True), name="catalogue_price_none_is_regular"
            ),
        ]


class PriceException(models.Model):
    """The only place where a channel meets a price: another amount for a variant, or another list, and why, by whom."""

    channel = models.ForeignKey("channels.Channel", models.DO_NOTHING, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, related_name="+")
    list = models.ForeignKey(PriceList, models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True)
    reason = models.TextField()
    author = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    ended_by = models.TextField(db_default="")

    class Meta:
        db_table = "catalogue_price_exception"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S") & Q(author__regex=r"\S"), name="catalogue_price_exception_says_why"
            ),
            models.CheckConstraint(
                condition=Q(variant__isnull=False, amount__gte=0, list__isnull=True)
                | Q(variant__isnull=True, amount__isnull=True, list__isnull=False),
                name="catalogue_price_exception_of_one",
            ),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="catalogue_price_exception_period"),
        ]


class PriceWish(models.Model):
    """Somebody (a profile of customers, beside this package) waits for a lower price than he saw."""

    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+", db_index=False)
    profile_id = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    region = models.TextField(db_default="")
    seen = models.BigIntegerField()
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_amount = models.BigIntegerField(null=True)

    class Meta:
        db_table = "catalogue_price_wish"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                "variant", "profile_id", "currency", condition=Q(told_at=None), name="catalogue_price_wish_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index("profile_id", name="catalogue_price_wish_of")]
