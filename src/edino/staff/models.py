"""Tables of staff."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from edino.staff.types import Role


class User(AbstractBaseUser):
    """A person with an account. The role is the only source of rights, so there are no groups or single permissions."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    role = models.CharField(_("role"), max_length=16)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    objects = BaseUserManager["User"]()

    class Meta:
        db_table = "staff_user"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="staff_user_role_known"
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="staff_user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """What Django asks for where it names a person."""
        return self.name


class Audit(models.Model):
    """The trail. A trigger in the first migration refuses UPDATE and DELETE."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    user = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_index=False)
    actor = models.TextField()
    operation = models.TextField()
    refused = models.BooleanField(db_default=False)
    subject_kind = models.TextField(db_default="")
    subject_id = models.TextField(db_default="")
    place = models.TextField(db_default="")
    detail = models.JSONField(db_default={})

    class Meta:
        db_table = "staff_audit"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="staff_audit_by_user"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="staff_audit_by_subject"),
            models.Index(fields=["operation", "-id"], name="staff_audit_by_operation"),
            models.Index(fields=["-id"], name="staff_audit_refused", condition=models.Q(refused=True)),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.operation}"
