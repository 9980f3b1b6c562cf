"""Tables of activity. The events themselves stand on the kernel's log."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now


class Intake(models.Model):
    """One row per batch taken in: the health of a source is a sum over its last rows."""

    id = models.BigAutoField(primary_key=True)
    source_id = models.IntegerField()
    at = models.DateTimeField()
    accepted = models.IntegerField()
    duplicates = models.IntegerField()
    conflicts = models.IntegerField()
    rejected = models.IntegerField()

    class Meta:
        db_table = "activity_intake"
        indexes = [
            models.Index(fields=["source_id", "-at"], name="activity_intake_source"),
            BrinIndex(fields=["at"], name="activity_intake_at", autosummarize=True),
        ]


class Rejection(models.Model):
    """An event that was not taken, or something in it that was passed over: what the developer page shows."""

    id = models.BigAutoField(primary_key=True)
    source_id = models.IntegerField()
    at = models.DateTimeField(db_default=Now())
    severity = models.TextField()
    field = models.TextField()
    code = models.TextField()
    reason = models.TextField()

    class Meta:
        db_table = "activity_rejection"
        indexes = [
            models.Index(fields=["source_id", "-id"], name="activity_rejection_source"),
            BrinIndex(fields=["at"], name="activity_rejection_at"),
        ]
