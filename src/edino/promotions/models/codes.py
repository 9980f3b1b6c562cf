"""Coupons and gift cards. Their scarce part (uses, balance) is a capacity of the kernel; here is what it is about."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from edino.promotions.models.promotions import Promotion


class Batch(models.Model):
    """Coupons that were made together."""

    uid = models.UUIDField(unique=True)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    issued_by = models.TextField()
    reason = models.TextField(db_default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "promotions_batch"


class Coupon(models.Model):
    """A code that lets a promotion apply. `code` is upper case; `uses` NULL: no limit, and no capacity."""

    code = models.TextField(unique=True)
    promotion = models.ForeignKey(Promotion, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    kind = models.TextField()
    customer_id = models.BigIntegerField(null=True)
    uses = models.IntegerField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    is_void = models.BooleanField(db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "promotions_coupon"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(code__regex="^[0-9A-Z_-]{3,40}$"), name="promotions_coupon_code"),
            models.CheckConstraint(
                condition=Q(kind="personal", customer_id__isnull=False)
                | Q(kind__in=["single", "batch"], customer_id__isnull=True),
                name="promotions_coupon_kind",
            ),
            models.CheckConstraint(condition=Q(uses__gt=0), name="promotions_coupon_uses"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(F("created_at").desc(), F("id").desc(), name="promotions_coupon_newest"),
            models.Index("customer_id", condition=Q(customer_id__isnull=False), name="promotions_coupon_whose"),
        ]


class GiftCard(models.Model):
    """A gift card: only a hash of its code and the end of it are kept. Its balance is a capacity of kind `giftcard`."""

    hash = models.BinaryField(unique=True)
    ending = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True)
    is_void = models.BooleanField(db_default=False)
    issued_by = models.TextField()
    order_uid = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "promotions_gift_card"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promotions_gift_card_amount"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="promotions_gift_card_currency"),
        ]


class GiftEntry(models.Model):
    """The ledger of gift cards, which only grows: what was put on a card (above zero) or taken from it."""

    card = models.ForeignKey(GiftCard, models.PROTECT, related_name="+")
    kind = models.TextField()
    amount = models.BigIntegerField()
    order_uid = models.UUIDField(null=True)
    key = models.TextField(unique=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "promotions_gift_entry"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=["issued", "refunded"], amount__gt=0)
                | Q(kind__in=["spent", "expired"], amount__lt=0),
                name="promotions_gift_entry_sign",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index("order_uid", name="promotions_gift_entry_order")]
