"""Products, their variants, and what is said of them. Texts by language are JSON objects: language → text."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from edino.catalogue.types.taxes import PATTERN


class Brand(models.Model):
    """Who makes it."""

    name = models.TextField()

    class Meta:
        db_table = "catalogue_brand"
        constraints = [models.UniqueConstraint(Lower("name"), name="catalogue_brand_name")]


class Category(models.Model):
    """A shelf in the tree. `path` is the ids from the top down to itself, `held` what people wrote by hand."""

    code = models.TextField(unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = ArrayField(models.BigIntegerField(), db_default=[])
    names = models.JSONField(db_default={})
    position = models.IntegerField(db_default=100)
    is_active = models.BooleanField(db_default=True)
    held = ArrayField(models.TextField(), db_default=[])

    class Meta:
        db_table = "catalogue_category"


class Attribute(models.Model):
    """What may be said of products, and of which kind its values are; of those on these shelves, or of all."""

    code = models.TextField(unique=True)
    kind = models.TextField()
    names = models.JSONField(db_default={})
    unit = models.TextField(db_default="")
    choices = models.JSONField(db_default={})
    is_filter = models.BooleanField(db_default=False)
    is_required = models.BooleanField(db_default=False)
    position = models.IntegerField(db_default=100)
    category_ids = ArrayField(models.BigIntegerField(), db_default=[])

    class Meta:
        db_table = "catalogue_attribute"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "boolean", "choice", "date"]),
                name="catalogue_attribute_kind_known",
            )
        ]


class Axis(models.Model):
    """By what variants of a product differ: size, colour."""

    code = models.TextField(unique=True)
    names = models.JSONField(db_default={})
    position = models.IntegerField(db_default=100)

    class Meta:
        db_table = "catalogue_axis"


class Product(models.Model):
    """What a shopper sees as one thing; what he buys is a variant of it.

    `held` names the fields that staff wrote by hand, as `names.ru`, `brand`, `attributes.season`: no feed changes them.
    """

    uid = models.UUIDField(unique=True)
    code = models.TextField(null=True, unique=True)
    slug = models.TextField(unique=True)
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+")
    category_ids = ArrayField(models.BigIntegerField(), db_default=[])
    names = models.JSONField(db_default={})
    descriptions = models.JSONField(db_default={})
    attributes = models.JSONField(db_default={})
    axes = ArrayField(models.TextField(), db_default=[])
    held = ArrayField(models.TextField(), db_default=[])
    is_active = models.BooleanField(db_default=True)
    rating_count = models.IntegerField(db_default=0)
    rating_sum = models.IntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "catalogue_product"
        constraints = [
            models.CheckConstraint(
                condition=Q(rating_sum__gte=F("rating_count")) & Q(rating_sum__lte=F("rating_count") * 5),
                name="catalogue_product_rating_1_5",
            )
        ]


class Variant(models.Model):
    """What is bought, counted and scanned. `held` names the fields that staff wrote by hand, as a product's does."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    sku = models.TextField(unique=True)
    options = models.JSONField(db_default={})
    attributes = models.JSONField(db_default={})
    position = models.IntegerField(db_default=0)
    weight_g = models.IntegerField(null=True)
    tax = models.TextField(db_default="standard")
    is_active = models.BooleanField(db_default=True)
    held = ArrayField(models.TextField(), db_default=[])

    class Meta:
        db_table = "catalogue_variant"
        constraints = [
            models.CheckConstraint(condition=Q(tax__regex=PATTERN), name="catalogue_variant_tax"),
            models.CheckConstraint(
                condition=Q(weight_g__isnull=True) | Q(weight_g__gte=0), name="catalogue_variant_weight"
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="catalogue_variant_has_a_sku"),
        ]


class Barcode(models.Model):
    """A barcode as it was given (`text`), and what it names: `gtin` of 14 digits when its check digit is right.

    `problem` says why there is no gtin: "length", "check_digit", "letters", or "taken" by another variant.
    """

    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    text = models.TextField()
    gtin = models.CharField(max_length=14, null=True, unique=True)
    problem = models.TextField(db_default="")

    class Meta:
        db_table = "catalogue_barcode"
        constraints = [models.UniqueConstraint("variant", "text", name="catalogue_barcode_once")]
        indexes = [models.Index("text", name="catalogue_barcode_text")]


class Media(models.Model):
    """A picture of a product, or of one variant of it; `place` is an https address or a path below media."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, related_name="+")
    place = models.TextField()
    alt = models.TextField(db_default="")
    position = models.IntegerField(db_default=0)

    class Meta:
        db_table = "catalogue_media"
        indexes = [models.Index("product", "position", name="catalogue_media_product")]


class External(models.Model):
    """What a source calls a product, variant or category; `fingerprint` is of what it said last."""

    source = models.ForeignKey("channels.Source", models.DO_NOTHING, related_name="+")
    kind = models.TextField()
    text = models.TextField()
    ref = models.BigIntegerField()
    fingerprint = models.BinaryField(null=True)

    class Meta:
        db_table = "catalogue_external"
        constraints = [
            models.UniqueConstraint("source", "kind", "text", name="catalogue_external_text"),
            models.CheckConstraint(
                condition=Q(kind__in=["product", "variant", "category"]), name="catalogue_external_kind_known"
            ),
        ]
        indexes = [models.Index("kind", "ref", name="catalogue_external_ref")]


class Searchable(models.Model):
    """How a product is found: its words, and its facets such as `brand:7`, `c:12`, `o:size=42`, `a:season=winter`."""

    product = models.OneToOneField(Product, models.PROTECT, primary_key=True, related_name="+")
    words = SearchVectorField()
    facets = ArrayField(models.TextField(), db_default=[])
    title = models.TextField(db_default="")

    class Meta:
        db_table = "catalogue_searchable"
        indexes = [
            GinIndex("words", name="catalogue_searchable_words"),
            GinIndex("facets", name="catalogue_searchable_facets"),
            models.Index("title", "product", name="catalogue_searchable_title"),
        ]
