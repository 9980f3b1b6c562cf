"""Tables of checkout. A cart is one row: it is read, decided about and written whole, under its version."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Cart(models.Model):
    """One cart. `lines` is a list of {sku, variant, quantity} in the order they came; `shown` what devices saw."""

    uid = models.UUIDField(unique=True)
    version = models.IntegerField(db_default=1)
    state = models.TextField(db_default="open")
    source = models.ForeignKey("channels.Source", models.DO_NOTHING, related_name="+")
    channel = models.TextField()
    assortment = models.TextField()
    currency = models.CharField(max_length=3)
    region = models.TextField(db_default="")
    language = models.TextField(db_default="en")
    profile_id = models.BigIntegerField(null=True)
    location = models.TextField(db_default="")
    staff_id = models.IntegerField(null=True)
    lines = models.JSONField(db_default=[])
    codes = ArrayField(models.TextField(), db_default=[])
    delivery = models.JSONField(null=True)
    contact = models.JSONField(null=True)
    shown = models.JSONField(db_default={})
    reserve = models.BooleanField(db_default=False)
    merged_into = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "checkout_cart"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "buying", "ordered", "merged", "ended"]),
                name="checkout_cart_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="merged", merged_into__isnull=False)
                | (~models.Q(state="merged") & models.Q(merged_into__isnull=True)),
                name="checkout_cart_merged_says_where",
            ),
            models.CheckConstraint(condition=models.Q(version__gt=0), name="checkout_cart_version_positive"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["profile_id"], name="checkout_cart_of", condition=models.Q(profile_id__isnull=False)),
            models.Index(fields=["merged_into"], name="checkout_cart_merged", condition=models.Q(state="merged")),
        ]


class Act(models.Model):
    """Who did what to a cart. Only grows."""

    cart = models.ForeignKey(Cart, models.DO_NOTHING, related_name="+")
    version = models.IntegerField()
    at = models.DateTimeField()
    kind = models.TextField()
    name = models.TextField(db_default="")
    device = models.TextField(db_default="")
    what = models.TextField()
    detail = models.JSONField(db_default={})

    class Meta:
        db_table = "checkout_act"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["shopper", "staff", "source"]), name="checkout_act_kind_known"
            ),
        ]


class Token(models.Model):
    """A cart handed over by a link: SHA-256 of 256 random bits, which needs no slow hash."""

    hash = models.BinaryField(primary_key=True)
    cart = models.ForeignKey(Cart, models.DO_NOTHING, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "checkout_token"


class Purchase(models.Model):
    """The steps of buying one cart. At most one per cart that was not given up.

    `given_up`: the cart went back to the shopper. What still comes of it, such as late money, does not touch it.
    """

    cart = models.ForeignKey(Cart, models.DO_NOTHING, related_name="+", db_index=False)
    cart_version = models.IntegerField()
    order_uid = models.UUIDField(unique=True)
    state = models.TextField()
    fence = models.IntegerField(db_default=1)
    lease_until = models.DateTimeField()
    key = models.TextField()
    fingerprint = models.BinaryField()
    total = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    tenders = models.JSONField()
    quote = models.JSONField(db_default={})
    answer = models.JSONField(null=True)
    note = models.TextField(db_default="")
    given_up = models.BooleanField(db_default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "checkout_purchase"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["cart"], condition=models.Q(given_up=False), name="checkout_purchase_one_per_cart"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released") | models.Q(given_up=True),
                name="checkout_purchase_released_is_given_up",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["prepared", "paying", "placed", "released", "parked"]),
                name="checkout_purchase_state_known",
            ),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="checkout_purchase_total_not_negative"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=["prepared", "paying"]),
                name="checkout_purchase_due",
            ),
            models.Index(fields=["cart"], condition=models.Q(state="released"), name="checkout_purchase_released"),
        ]


class DeliveryMethod(models.Model):
    """A method of delivery that shoppers choose; its zones are one document, read and written whole."""

    code = models.TextField(unique=True)
    names = models.JSONField()
    currency = models.CharField(max_length=3)
    zones = models.JSONField()
    position = models.IntegerField(db_default=100)
    is_active = models.BooleanField(db_default=True)

    class Meta:
        db_table = "checkout_delivery_method"


class Attempt(models.Model):
    """One try to have a tender paid by a provider. `ref` is the payment's id there, once it is known."""

    purchase = models.ForeignKey(Purchase, models.DO_NOTHING, related_name="+")
    place = models.SmallIntegerField()
    number = models.SmallIntegerField()
    provider = models.TextField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.TextField()
    ref = models.TextField(null=True)
    url = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "checkout_attempt"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["purchase", "place", "number"], name="checkout_attempt_numbered"),
            models.UniqueConstraint(fields=["provider", "ref"], name="checkout_attempt_one_per_payment"),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "pending", "authorised", "captured", "failed", "cancelled"]),
                name="checkout_attempt_state_known",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="checkout_attempt_amount_positive"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["noted_at"], condition=models.Q(state="authorised"), name="checkout_attempt_to_capture"
            ),
        ]
