"""Orders and what hangs on them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

STATES = ["draft", "placed", "part_fulfilled", "fulfilled", "closed", "cancelled", "dropped"]
_ON_THE_WAY = ["to_pick", "ready", "shipped", "arrived", "coming_back"]
TENDERS = ["card", "cash", "cod", "bank", "gift_card", "points", "exchange", "other"]


class Order(models.Model):
    """A sale: promised by a checkout (`checkout`), made at a till (`till`) or told by a file (`import`).

    `due` is the worth of what is neither cancelled nor returned, delivery included. Contact columns are personal data
    and are emptied by erasure; facts stay on `profile_id`.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    number = models.TextField()
    state = models.TextField()
    origin = models.TextField(db_default="checkout")
    cart_uid = models.UUIDField(null=True)
    source_id = models.IntegerField(null=True)
    channel = models.TextField(db_default="")
    assortment = models.TextField(db_default="")
    currency = models.TextField()
    location_id = models.BigIntegerField(null=True)
    profile_id = models.BigIntegerField(null=True)
    name = models.TextField(db_default="")
    phone = models.TextField(db_default="")
    email = models.TextField(db_default="")
    language = models.TextField(db_default="")
    delivery = models.JSONField(db_default={})
    subtotal = models.BigIntegerField()
    discount = models.BigIntegerField()
    delivery_net = models.BigIntegerField(db_default=0)
    total = models.BigIntegerField()
    due = models.BigIntegerField()
    promise = models.JSONField(db_default={})
    pickup_code = models.TextField(db_default="")
    pickup_tries = models.SmallIntegerField(db_default=0)
    parked = models.TextField(db_default="")
    exchange_of = models.UUIDField(null=True)
    comment = models.TextField(db_default="")
    created_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.IntegerField(db_default=1)

    class Meta:
        db_table = "orders_order"
        constraints = [
            models.UniqueConstraint(F("cart_uid"), condition=~Q(state="dropped"), name="orders_order_cart"),
            models.UniqueConstraint(F("number"), condition=Q(origin="checkout"), name="orders_order_number_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="orders_order_state_known"),
            models.CheckConstraint(condition=Q(total__gte=F("due"), due__gte=0), name="orders_order_due"),
            models.CheckConstraint(
                condition=Q(total=F("subtotal") - F("discount") + F("delivery_net")), name="orders_order_total"
            ),
        ]
        indexes = [
            models.Index(F("profile_id"), F("placed_at").desc(), name="orders_order_profile"),
            models.Index(F("placed_at").desc(), F("id").desc(), name="orders_order_placed"),
            models.Index(F("number"), name="orders_order_number"),
            models.Index(F("pickup_code"), condition=~Q(pickup_code=""), name="orders_order_pickup"),
            models.Index(F("state"), F("id"), condition=~Q(state__in=["closed"]), name="orders_order_open"),
        ]


class Line(models.Model):
    """A sold line. `shares` says which frozen promotion took how much off it; the counters are guarded here.

    `less` is what its cancelled and returned pieces were worth: the rest of `net` is what the other pieces are worth.
    """

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    variant_id = models.BigIntegerField(null=True)
    sku = models.TextField()
    name = models.TextField()
    quantity = models.IntegerField()
    unit = models.BigIntegerField()
    gross = models.BigIntegerField()
    discount = models.BigIntegerField(db_default=0)
    net = models.BigIntegerField()
    tax = models.TextField(db_default="")
    measure = models.TextField(db_default="")
    cancelled = models.IntegerField(db_default=0)
    fulfilled = models.IntegerField(db_default=0)
    returned = models.IntegerField(db_default=0)
    less = models.BigIntegerField(db_default=0)
    shares = models.JSONField(null=True)

    class Meta:
        db_table = "orders_line"
        constraints = [
            models.UniqueConstraint(F("order"), F("key"), name="orders_line_key"),
            models.CheckConstraint(
                condition=Q(cancelled__gte=0, fulfilled__gte=0, returned__gte=0, quantity__gt=0),
                name="orders_line_signs",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("cancelled") + F("fulfilled")), name="orders_line_no_more_than_sold"
            ),
            models.CheckConstraint(condition=Q(returned__lte=F("fulfilled")), name="orders_line_no_more_than_left"),
            models.CheckConstraint(condition=Q(net=F("gross") - F("discount"), net__gte=0), name="orders_line_net"),
            models.CheckConstraint(condition=Q(less__gte=0, less__lte=F("net")), name="orders_line_less"),
        ]


class Fulfilment(models.Model):
    """Goods of one location on one way to the customer. A rejected one stays, and the next attempt follows it."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    kind = models.TextField()
    state = models.TextField(db_default="to_pick")
    location_id = models.BigIntegerField()
    pickup_location_id = models.BigIntegerField(null=True)
    slot_starts_at = models.DateTimeField(null=True)
    slot_ends_at = models.DateTimeField(null=True)
    attempt = models.SmallIntegerField(db_default=1)
    reason = models.TextField(db_default="")
    carrier = models.TextField(db_default="")
    tracking = models.TextField(db_default="")
    created_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_fulfilment"
        indexes = [
            models.Index(
                F("location_id"),
                F("state"),
                condition=Q(state__in=_ON_THE_WAY),
                name="orders_fulfilment_work",
            ),
            models.Index(
                F("pickup_location_id"),
                F("state"),
                condition=Q(state__in=_ON_THE_WAY),
                name="orders_fulfilment_pickup",
            ),
            models.Index(
                F("done_at"), condition=Q(state__in=["shipped", "coming_back"]), name="orders_fulfilment_away"
            ),
        ]


class Allocation(models.Model):
    """Goods of a line at a location: one row from the plan until they leave, whoever hands them over."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, models.CASCADE, related_name="+")
    fulfilment = models.ForeignKey(Fulfilment, models.CASCADE, null=True, related_name="+")
    variant_id = models.BigIntegerField()
    location_id = models.BigIntegerField()
    capacity_id = models.BigIntegerField()
    quantity = models.IntegerField()
    gone = models.IntegerField(db_default=0)
    given_up = models.IntegerField(db_default=0)
    fulfilled_from = models.TextField(db_default="ship")

    class Meta:
        db_table = "orders_allocation"
        constraints = [
            models.CheckConstraint(
                condition=Q(gone__gte=0, given_up__gte=0, quantity__gte=F("gone") + F("given_up")),
                name="orders_allocation_counts",
            )
        ]


class Payment(models.Model):
    """Money of an order by tender. The database refuses to give back more than was taken."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    key = models.TextField()
    tender = models.TextField()
    state = models.TextField()
    amount = models.BigIntegerField()
    captured = models.BigIntegerField(db_default=0)
    refunded = models.BigIntegerField(db_default=0)
    provider = models.TextField(db_default="")
    provider_ref = models.TextField(db_default="")
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_payment"
        constraints = [
            models.UniqueConstraint(F("order"), F("key"), name="orders_payment_key"),
            models.UniqueConstraint(
                F("provider"),
                F("provider_ref"),
                condition=~Q(provider_ref="") & ~Q(provider__in=["", "gift_card", "points", "return"]),
                name="orders_payment_provider",
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=0, amount__gte=F("captured")), name="orders_payment_captured"
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")), name="orders_payment_refunded"
            ),
            models.CheckConstraint(condition=Q(tender__in=TENDERS), name="orders_payment_tender_known"),
        ]


class Refund(models.Model):
    """The ledger of money that goes back: one row per cause and payment, never changed but in its state."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    tender = models.TextField()
    amount = models.BigIntegerField()
    currency = models.TextField()
    state = models.TextField(db_default="due")
    cause_kind = models.TextField()
    cause_key = models.TextField()
    provider = models.TextField(db_default="")
    provider_ref = models.TextField(db_default="")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_refund"
        constraints = [
            models.UniqueConstraint(
                fields=["cause_kind", "cause_key", "payment", "tender"], nulls_distinct=False, name="orders_refund_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="orders_refund_amount"),
            models.CheckConstraint(condition=Q(state__in=["due", "done", "failed"]), name="orders_refund_state_known"),
        ]
        indexes = [models.Index(F("id"), condition=Q(state="due"), name="orders_refund_due")]


class Credit(models.Model):
    """Who may count the sale as theirs: who started it, who served, who handed it over. Append-only."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    role = models.TextField()
    location_id = models.BigIntegerField(null=True)
    staff_id = models.IntegerField(null=True)
    name = models.TextField(db_default="")
    amount = models.BigIntegerField(db_default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "orders_credit"
        indexes = [models.Index(F("location_id"), F("at"), name="orders_credit_location")]


class History(models.Model):
    """What was done to an order, by whom and why. Append-only."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    what = models.TextField()
    by = models.TextField(db_default="")
    why = models.TextField(db_default="")
    detail = models.JSONField(db_default={})

    class Meta:
        db_table = "orders_history"
        indexes = [models.Index(F("at"), condition=Q(what="cancelled"), name="orders_history_cancelled")]


class Effect(models.Model):
    """A key under which something was done to an order once."""

    pk = models.CompositePrimaryKey("order_id", "key")
    order = models.ForeignKey(Order, models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    what = models.TextField()
    mark = models.BinaryField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "orders_effect"
