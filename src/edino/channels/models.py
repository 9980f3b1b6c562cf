"""Tables of channels."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from edino.channels.types import Scope


class Brand(models.Model):
    """Who speaks to the shopper: a brand, or the franchisee under it, with the name and address mail comes from."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    name = models.TextField(_("name"))
    sender_name = models.TextField(_("sender's name"), db_default="")
    sender_email = models.TextField(_("sender's e-mail"), db_default="")

    class Meta:
        db_table = "channels_brand"

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """A kind of place where a retailer meets shoppers. Rows come with the migration, and may be added."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    name_en = models.TextField(_("name in English"))
    name_ru = models.TextField(_("name in Russian"))
    kind = models.TextField(_("kind"))
    abilities = ArrayField(models.TextField(), db_default=[])
    usual_trust = models.SmallIntegerField(db_default=50)
    usual_confirms = ArrayField(models.TextField(), db_default=[])
    position = models.SmallIntegerField(db_default=100)

    class Meta:
        db_table = "channels_channel"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["online", "place", "talk", "message", "partner", "system"]),
                name="channels_channel_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(usual_trust__range=(0, 100)), name="channels_channel_trust_0_100"
            ),
        ]

    def __str__(self) -> str:
        return self.name_en


class Source(models.Model):
    """One system that sends: this site, that till, the 1C of the second franchisee."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(_("name"), unique=True)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+")
    trust = models.SmallIntegerField(_("trust"), db_default=50)
    confirms = ArrayField(models.TextField(), db_default=[])
    rate_limit = models.IntegerField(_("events per second"), db_default=20000)
    time_zone = models.TextField(_("time zone"), db_default="UTC")
    is_active = models.BooleanField(_("active"), db_default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "channels_source"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(trust__range=(0, 100)), name="channels_source_trust_0_100"),
            models.CheckConstraint(condition=models.Q(rate_limit__gte=0), name="channels_source_rate_not_negative"),
            models.CheckConstraint(condition=~models.Q(name=""), name="channels_source_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Key(models.Model):
    """What a source shows to prove itself: SHA-256 of 32 random bytes, which need no slow hash. Never deleted."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=8, unique=True)
    hash = models.BinaryField()
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField()
    created_by = models.TextField(db_default="")
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        db_table = "channels_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=[scope.value for scope in Scope]),
                name="channels_key_scopes_known",
            ),
            models.CheckConstraint(condition=models.Q(scopes__len__gt=0), name="channels_key_has_scopes"),
        ]

    def __str__(self) -> str:
        return self.prefix
