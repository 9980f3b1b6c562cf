"""Tables of identity. What each is for: docs/algorithms/identity.md."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now


class UuidV7(Func):
    """PostgreSQL's own time-ordered UUID."""

    function = "uuidv7"
    output_field = models.UUIDField()


class Customer(models.Model):
    """A component of identifiers; its id is the id of its first identifier. Rows of absorbed customers stay."""

    id = models.BigIntegerField(primary_key=True)
    uid = models.UUIDField(db_default=UuidV7(), unique=True)
    size = models.IntegerField()
    kinds = models.JSONField()
    login = models.BooleanField(default=False, db_default=False)
    separated = models.BooleanField(default=False, db_default=False)
    epoch = models.IntegerField(default=0, db_default=0)
    born_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_customer"


class Identifier(models.Model):
    """A normalised value of a kind and the customer it belongs to now."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    value = models.TextField()
    given = models.TextField(null=True)
    customer_id = models.BigIntegerField(db_index=True)
    login = models.BooleanField(default=False, db_default=False)
    shared = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_identifier"
        constraints = [models.UniqueConstraint(F("value"), F("kind"), name="customers_identifier_value")]


class Profile(models.Model):
    """One set of identifiers as one source saw them together. Facts stay on it; its anchor says whose it is."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    source_id = models.IntegerField()
    identifier_ids = ArrayField(models.BigIntegerField())
    anchor_id = models.BigIntegerField(db_index=True)
    months = ArrayField(models.SmallIntegerField())
    first_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_profile"


class Claim(models.Model):
    """Two identifiers were seen together: once per pair, source, strength, verification and month.

    `strength` is what the claim adds to the weight of its kinds: 0..5 by trust, or 100 for an act, 101 for a verdict.
    """

    pk = models.CompositePrimaryKey("a_id", "b_id", "source_id", "strength", "verified", "month")
    a_id = models.BigIntegerField()
    b_id = models.BigIntegerField()
    source_id = models.IntegerField()
    strength = models.SmallIntegerField()
    verified = models.BooleanField()
    month = models.SmallIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    event = models.UUIDField()

    class Meta:
        db_table = "customers_claim"
        indexes = [models.Index(F("b_id"), name="customers_claim_b")]
        constraints = [models.CheckConstraint(condition=Q(a_id__lt=F("b_id")), name="customers_claim_order")]


class Tenure(models.Model):
    """Whose a thing used by several customers was, from a moment on. No row: it always was its anchor's."""

    pk = models.CompositePrimaryKey("identifier_id", "since")
    identifier_id = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    customer_id = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "customers_tenure"


class Separation(models.Model):
    """A verdict that the two sides are different people; `revoked_at` undoes it."""

    id = models.BigAutoField(primary_key=True)
    by = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_separation"


class SeparationSide(models.Model):
    """Which side of a separation an identifier is on."""

    pk = models.CompositePrimaryKey("identifier_id", "separation_id")
    identifier_id = models.BigIntegerField()
    separation_id = models.BigIntegerField(db_index=True)
    side = models.SmallIntegerField()

    class Meta:
        db_table = "customers_separation_side"


class Decision(models.Model):
    """What was decided about who is who, with what it was decided from."""

    id = models.BigAutoField(primary_key=True)
    what = models.TextField()
    customer_ids = ArrayField(models.BigIntegerField())
    reason = models.TextField()
    inputs = models.JSONField()
    policy_version = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_decision"
        indexes = [
            models.Index(F("at").desc(), name="customers_decision_at"),
            GinIndex(F("customer_ids"), name="customers_decision_whose"),
        ]


class Case(models.Model):
    """Something a person should look at: a refused join, a size, a suggestion. One open case per subject."""

    id = models.BigAutoField(primary_key=True)
    what = models.TextField()
    reason = models.TextField()
    left_id = models.BigIntegerField()
    right_id = models.BigIntegerField()
    score = models.FloatField(null=True)
    evidence = models.JSONField()
    opened_at = models.DateTimeField()
    later_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    verdict = models.TextField(null=True)
    closed_by = models.TextField(null=True)

    class Meta:
        db_table = "customers_case"
        constraints = [models.UniqueConstraint("left_id", "right_id", "what", name="customers_case_pair")]
        indexes = [
            models.Index(F("opened_at").desc(), name="customers_case_open", condition=Q(closed_at__isnull=True)),
            models.Index(F("left_id"), name="customers_case_left"),
            models.Index(F("right_id"), name="customers_case_right"),
        ]


class BlockedValue(models.Model):
    """A value nobody can be known by: an exact normalised value, or a regular expression."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    pattern = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "customers_blocked_value"
        constraints = [models.UniqueConstraint("kind", "pattern", name="customers_blocked_once")]


class PolicyVersion(models.Model):
    """The rules of identity, version by version; the newest activated one is in force."""

    version = models.IntegerField(primary_key=True)
    rules = models.JSONField()
    by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    activated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_policy"


class Trait(models.Model):
    """What a source said of somebody, field by field: the newest it said on this profile."""

    pk = models.CompositePrimaryKey("profile_id", "field")
    profile_id = models.BigIntegerField()
    field = models.TextField()
    value = models.JSONField()
    verified = models.BooleanField()
    at = models.DateTimeField()
    event = models.UUIDField()

    class Meta:
        db_table = "customers_trait"


class FieldRule(models.Model):
    """Which value of a field survives where sources differ; fields without a row follow the defaults in `rules`."""

    field = models.TextField(primary_key=True)
    strategy = models.TextField()

    class Meta:
        db_table = "customers_field_rule"


class Word(models.Model):
    """A word of somebody's name or city, folded, so that a part of it finds them."""

    pk = models.CompositePrimaryKey("profile_id", "field", "word")
    profile_id = models.BigIntegerField()
    field = models.TextField()
    word = models.TextField(db_collation="C")

    class Meta:
        db_table = "customers_word"
        indexes = [models.Index(F("word"), F("profile_id"), name="customers_word_prefix")]


class Purpose(models.Model):
    """What a contact point may be used for. `silent_allows`: as long as nobody refused (an order is ready)."""

    code = models.TextField(primary_key=True)
    name_en = models.TextField()
    name_ru = models.TextField()
    silent_allows = models.BooleanField()

    class Meta:
        db_table = "customers_purpose"


class Consent(models.Model):
    """One statement about one contact point, with its proof. Rows are only added; erasure alone takes them away."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True)
    identifier_id = models.BigIntegerField(db_index=True)
    purpose = models.TextField()
    brand = models.TextField()
    state = models.TextField()
    at = models.DateTimeField()
    verified = models.BooleanField()
    source_id = models.IntegerField(null=True)
    by = models.TextField()
    proof = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "customers_consent"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["granted", "refused", "withdrawn"]), name="customers_consent_state"
            )
        ]


class Suppression(models.Model):
    """A refusal that outlives the erasure of its contact point, which only a keyed hash still names."""

    pk = models.CompositePrimaryKey("hash", "purpose", "brand")
    hash = models.BinaryField()
    purpose = models.TextField()
    brand = models.TextField()
    at = models.DateTimeField()
    verified = models.BooleanField()

    class Meta:
        db_table = "customers_suppression"


class Preference(models.Model):
    """How somebody likes to be written to at a contact point: the newest word on each subject."""

    pk = models.CompositePrimaryKey("identifier_id", "name")
    identifier_id = models.BigIntegerField()
    name = models.TextField()
    value = models.JSONField()
    at = models.DateTimeField()
    source_id = models.IntegerField(null=True)

    class Meta:
        db_table = "customers_preference"


class Stage(models.Model):
    """The last moment of each kind of step a profile took towards buying and owning; the stage follows on reading."""

    profile_id = models.BigIntegerField(primary_key=True)
    seen_at = models.DateTimeField(null=True)
    browsed_at = models.DateTimeField(null=True)
    chose_at = models.DateTimeField(null=True)
    paying_at = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_stage"


class Erasure(models.Model):
    """That somebody was erased or made nameless, when and by whom; nothing of who it was."""

    id = models.BigAutoField(primary_key=True)
    customer_id = models.BigIntegerField(db_index=True)
    how = models.TextField()
    identifiers = models.IntegerField()
    profiles = models.IntegerField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "customers_erasure"


class Verdict(models.Model):
    """A staff member's word that customers are one person; while it stands, claims of source 0 on its pairs say so."""

    id = models.BigAutoField(primary_key=True)
    a_ids = ArrayField(models.BigIntegerField())
    b_ids = ArrayField(models.BigIntegerField())
    event = models.UUIDField()
    by = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_verdict"
        indexes = [GinIndex(F("a_ids"), F("b_ids"), name="customers_verdict_pairs")]


class Proof(models.Model):
    """A code or a link on its way to a contact; whoever gives it back has proved that the contact is theirs.

    Only keyed hashes are kept of the secret, of the account it was asked for, and of what was asked about. A row
    without `target_id` was asked about something nobody knows: it looks the same from outside and can never be given
    back.
    Rows live for a day.
    """

    id = models.UUIDField(primary_key=True)
    method = models.TextField()
    secret = models.BinaryField()
    source_id = models.IntegerField()
    account = models.BinaryField()
    subject = models.BinaryField()
    place = models.BinaryField(null=True)
    card_id = models.BigIntegerField(null=True)
    target_id = models.BigIntegerField(null=True)
    tries = models.SmallIntegerField(default=0, db_default=0)
    at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "customers_proof"
        indexes = [
            models.Index(F("account"), F("at"), name="customers_proof_account"),
            models.Index(F("subject"), F("at"), name="customers_proof_subject"),
            models.Index(F("secret"), name="customers_proof_secret"),
            models.Index(F("place"), F("at"), name="customers_proof_place", condition=Q(place__isnull=False)),
        ]


class Session(models.Model):
    """A shopper's browser that proved a contact. Only a keyed hash of its secret is kept; a row ends at `until`.

    `profile_id` is the profile on which what is done in this browser from then on is kept.
    """

    token = models.BinaryField(primary_key=True)
    identifier_id = models.BigIntegerField(db_index=True)
    profile_id = models.BigIntegerField()
    source_id = models.IntegerField()
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "customers_session"
