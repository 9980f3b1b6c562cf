"""What shoppers say of products, and which products belong together."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from edino.catalogue.models.products import Product, Variant


class Review(models.Model):
    """A review; only published ones are shown and counted. `profile_id` is whose it is, if he was known."""

    uid = models.UUIDField(unique=True)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey("channels.Source", models.DO_NOTHING, null=True, related_name="+")
    key = models.TextField()
    profile_id = models.BigIntegerField(null=True, db_index=True)
    author = models.TextField(db_default="")
    rating = models.SmallIntegerField()
    text = models.TextField(db_default="")
    photos = ArrayField(models.TextField(), db_default=[])
    verified = models.BooleanField(db_default=False)
    state = models.TextField(db_default="pending")
    reason = models.TextField(db_default="")
    reply = models.TextField(db_default="")
    created_at = models.DateTimeField(db_default=Now())
    judged_at = models.DateTimeField(null=True)
    judged_by = models.TextField(db_default="")

    class Meta:
        db_table = "catalogue_review"
        constraints = [
            models.UniqueConstraint("source", "key", name="catalogue_review_key", nulls_distinct=False),
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="catalogue_review_rating_1_5"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "published", "rejected"]), name="catalogue_review_state_known"
            ),
        ]
        indexes = [models.Index(fields=["product", "state", "-created_at"], name="catalogue_review_product")]


class Related(models.Model):
    """A product to show beside another: `similar` to it, or bought `together` with it; 0 is the best place."""

    pk = models.CompositePrimaryKey("product_id", "kind", "place")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    kind = models.TextField()
    place = models.SmallIntegerField()
    other = models.ForeignKey(Product, models.PROTECT, related_name="+")
    score = models.FloatField()

    class Meta:
        db_table = "catalogue_related"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["similar", "together"]), name="catalogue_related_kind_known")
        ]
