"""Promotions as versions, what limits them, and the ledger of what they took off."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Book(models.Model):
    """One row: the version of everything that is active (drawn from a sequence), and what holds for every basket."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField()
    max_codes = models.SmallIntegerField(db_default=5)

    class Meta:
        db_table = "promotions_book"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(id=1), name="promotions_book_is_one")
        ]


class Promotion(models.Model):
    """A promotion: its state and which of its versions counts now."""

    uid = models.UUIDField(unique=True)
    code = models.TextField(unique=True)
    state = models.TextField()
    version = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "promotions_promotion"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "active", "paused", "ended"]), name="promotions_promotion_state"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="promotions_promotion_has_a_code"),
        ]


class Version(models.Model):
    """What a promotion says since a moment. Never changed; `definition` is the whole of it as JSON.

    A version that is limited to channels departs from "no price depends on the channel", so it must say why.
    """

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    number = models.IntegerField()
    name = models.TextField()
    definition = models.JSONField()
    channels_reason = models.TextField(db_default="")
    is_channelled = models.BooleanField(db_default=False)
    author = models.TextField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "promotions_version"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("promotion", "number", name="promotions_version_number"),
            models.CheckConstraint(
                condition=Q(is_channelled=False) | Q(channels_reason__regex=r"\S"),
                name="promotions_version_channels_say_why",
            ),
        ]


class Allowance(models.Model):
    """Stands for what one customer may use of one promotion: its capacity is of kind `promotion_customer`.

    `customer_id` is the customer's id when it was made; which customer that is now, pub.customers_customer knows.
    """

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+", db_index=False)
    customer_id = models.BigIntegerField()

    class Meta:
        db_table = "promotions_allowance"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("promotion", "customer_id", name="promotions_allowance_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index("customer_id", name="promotions_allowance_of")]


class IssuerBudget(models.Model):
    """Stands for what one person may give away of a promotion in a month: its capacity is of kind `compensation`."""

    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+", db_index=False)
    issuer = models.TextField()
    month = models.DateField()

    class Meta:
        db_table = "promotions_issuer_budget"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("promotion", "issuer", "month", name="promotions_issuer_budget_once")
        ]


class Redemption(models.Model):
    """What a promotion took off in an order, once per order and promotion.

    `wants` is what was promised for it: [capacity, quantity, kind]. `lines` is key → amount, quantity, and how many
    units came back. `given_back` grows with returns; `released`: the order was undone wholly, the uses are free again.
    Whose it is now follows from the profile; where none is known, from the customer of that time.
    """

    order_uid = models.UUIDField()
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+", db_index=False)
    version = models.IntegerField()
    profile_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    coupon = models.ForeignKey("promotions.Coupon", models.PROTECT, null=True, related_name="+")
    amount = models.BigIntegerField()
    given_back = models.BigIntegerField(db_default=0)
    lines = models.JSONField(db_default={})
    wants = models.JSONField(db_default=[])
    released = models.BooleanField(db_default=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "promotions_redemption"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("order_uid", "promotion", name="promotions_redemption_once"),
            models.CheckConstraint(
                condition=Q(given_back__gte=0, given_back__lte=F("amount")), name="promotions_redemption_given_back"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("promotion", F("at").desc(), name="promotions_redemption_recent"),
            models.Index("profile_id", condition=Q(profile_id__isnull=False), name="promotions_redemption_profile"),
            models.Index("customer_id", condition=Q(profile_id=None), name="promotions_redemption_customer"),
        ]
