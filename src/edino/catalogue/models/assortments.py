"""Assortments: what is offered where, and whether it is fully presented there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from edino.catalogue.models.products import Product


class Assortment(models.Model):
    """What some channels offer, in which currency and languages. Exactly one is the default."""

    code = models.TextField(unique=True)
    name = models.TextField()
    currency = models.CharField(max_length=3)
    languages = ArrayField(models.TextField())
    region = models.TextField(db_default="")
    channels = ArrayField(models.TextField(), db_default=[])
    rule = models.TextField(db_default="all")
    is_default = models.BooleanField(db_default=False)

    class Meta:
        db_table = "catalogue_assortment"
        constraints = [
            models.UniqueConstraint("is_default", condition=Q(is_default=True), name="catalogue_assortment_default"),
            models.CheckConstraint(condition=Q(rule__in=["all", "chosen"]), name="catalogue_assortment_rule_known"),
            models.CheckConstraint(condition=Q(languages__len__gt=0), name="catalogue_assortment_has_languages"),
        ]


class Listing(models.Model):
    """A product put into an assortment or taken out of it by hand, with the reason."""

    assortment = models.ForeignKey(Assortment, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    is_listed = models.BooleanField()
    reason = models.TextField(db_default="")

    class Meta:
        db_table = "catalogue_listing"
        constraints = [models.UniqueConstraint("assortment", "product", name="catalogue_listing_once")]


class Presence(models.Model):
    """Whether an assortment offers a product, and what its presentation lacks there (prices are not counted here).

    `wanted` is how many things a full presentation has, `missing` the words of those that lack: `name:ru`, `image`.
    """

    pk = models.CompositePrimaryKey("assortment_id", "product_id")
    assortment = models.ForeignKey(Assortment, models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    is_listed = models.BooleanField()
    wanted = models.SmallIntegerField()
    missing = ArrayField(models.TextField())

    class Meta:
        db_table = "catalogue_presence"
