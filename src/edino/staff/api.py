"""The door of staff: who is here, what they may do, and the trail of what was done."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from hashlib import blake2b
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo, available_timezones

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from edino.kernel import clock
from edino.kernel.errors import FieldError, Invalid
from edino.staff import queries, rules
from edino.staff.errors import EmailTaken, LastAdministrator, NoSuchPerson, NotAllowed
from edino.staff.models import User
from edino.staff.types import Actor, Person, PersonListing, Role, Subject
from edino.ui import naming

P = ParamSpec("P")
log = structlog.get_logger("edino.staff")

ROLE_NAMES = {
    Role.ASSOCIATE: _("store associate"),
    Role.OPERATOR: _("call-centre operator"),
    Role.MARKETER: _("marketer"),
    Role.MERCHANDISER: _("merchandiser"),
    Role.ANALYST: _("analyst"),
    Role.INTEGRATOR: _("integrator"),
    Role.ADMINISTRATOR: _("administrator"),
}
REFUSALS_PER_MINUTE = 30
PUBLIC = "public"
COMMAND_LINE = Actor(naming.call("command line", _("the command line")))

_place: ContextVar[str] = ContextVar("edino_place", default="")
_refusals = rules.Quota(REFUSALS_PER_MINUTE)
_refusals_lock = threading.Lock()


class StaffRequest(HttpRequest):
    """A request that passed `requires`: `staff` is the person who makes it."""

    staff: Person


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(operation: str) -> Callable[[View[P]], Guarded[P]]:
    """Let only those into a view whose role includes the operation; others go to log in, or get a 403.

    The view runs in the person's language and time zone. An operation outside the matrix fails at import.
    """
    rules.roles(operation)

    def decorate(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = person_of(request)
            if person is None:
                return _to_login(request)
            with at_place(request):
                if not rules.allows(person.role, operation):
                    refuse(actor=person, operation=operation, subject=("page", _route(request)))
                    raise NotAllowed
                request.staff = person  # type: ignore[attr-defined]  # StaffRequest says so to the views
                return _in_the_persons_terms(person, request, lambda: view(request, *args, **kwargs))  # type: ignore[arg-type]

        guarded.edino_operation = operation  # type: ignore[attr-defined]  # the permission matrix reads it
        return guarded

    return decorate


def public(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> Guarded[P]:
    """Declare that a view is open to anybody, so that the permission matrix knows it was meant."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with at_place(request):
            return view(request, *args, **kwargs)

    opened.edino_operation = PUBLIC  # type: ignore[attr-defined]  # the permission matrix reads it
    return opened


def may(person: Person | User | None, operation: str) -> bool:
    """Whether this person's role includes an operation. Nobody may nothing."""
    return person is not None and person.is_active and rules.allows(person.role, operation)


def person_of(request: HttpRequest) -> Person | None:
    """The active person logged in, if there is one."""
    user = getattr(request, "user", None)
    return _person(user) if isinstance(user, User) and user.is_active else None


@contextmanager
def at_place(request: HttpRequest) -> Iterator[None]:
    """While this lasts, lines of the trail say from where: a keyed hash of the network address."""
    address = _address(request)
    key = settings.SECRET_KEY.encode()[:64]
    token = _place.set(blake2b(address.encode(), key=key, digest_size=6).hexdigest() if address else "")
    try:
        yield
    finally:
        _place.reset(token)


def audit(
    *,
    actor: Person | Actor | None,
    operation: str,
    subject: Subject = ("", ""),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add what was done to the trail, in the caller's transaction. `detail` is JSON and holds no personal data."""
    _append(actor, operation, subject, detail, refused=False)


def refuse(
    *,
    actor: Person | Actor | None,
    operation: str,
    subject: Subject = ("", ""),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a refused attempt to the trail and the log; a flood of them leaves a count, not a full table."""
    log.warning("refused", operation=operation, subject_kind=subject[0], actor=_name(actor), place=_place.get())
    with _refusals_lock:
        allowed, dropped = _refusals.spend(f"{operation} {(detail or {}).get('why', '')}", clock.now())
    if allowed:
        _append(
            actor, operation, subject, {**(detail or {}), **({"not_shown": dropped} if dropped else {})}, refused=True
        )


def create_user(
    *,
    email: str,
    name: str,
    role: str,
    by: Person | Actor,
    password: str | None = None,
    language: str = "en",
    time_zone: str = "UTC",
) -> tuple[Person, str]:
    """Give somebody an account; the person and the password, made here if none was given and never readable again."""
    email = email.strip().lower()
    _check(email=email, name=name, role=role, language=language, time_zone=time_zone)
    secret = password or secrets.token_urlsafe(12)
    user = User(email=email, name=name.strip(), role=role, language=language, time_zone=time_zone)
    user.created_at = clock.now()
    if password is not None:
        _check_password(password, user)
    user.set_password(secret)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
            audit(actor=by, operation="staff.manage", subject=_subject(user), detail={"did": "created", "role": role})
    except IntegrityError as error:
        raise EmailTaken(fields=[FieldError("email", "email_taken", EmailTaken.__doc__ or "")]) from error
    return _person(user), secret


def change_person(*, id: int, name: str, language: str, time_zone: str, by: Person | Actor) -> Person:  # noqa: A002
    """Change a person's name, language and time zone."""
    with transaction.atomic():
        user = _locked(id)
        _check(email=user.email, name=name, role=user.role, language=language, time_zone=time_zone)
        user.name, user.language, user.time_zone = name.strip(), language, time_zone
        user.save(update_fields=["name", "language", "time_zone"])
        audit(actor=by, operation="staff.manage", subject=_subject(user), detail={"did": "changed"})
    return _person(user)


def set_role(*, id: int, role: str, by: Person | Actor) -> Person:  # noqa: A002 - the field's name
    """Give a person another role; it counts from the next click."""
    with transaction.atomic():
        user = _locked(id)
        _check(email=user.email, name=user.name, role=role, language=user.language, time_zone=user.time_zone)
        if role == user.role:
            return _person(user)
        if role != Role.ADMINISTRATOR:
            _keep_an_administrator(user)
        before, user.role = user.role, role
        user.save(update_fields=["role"])
        audit(
            actor=by,
            operation="staff.manage",
            subject=_subject(user),
            detail={"did": "role", "from": before, "to": role},
        )
    return _person(user)


def deactivate(*, id: int, by: Person | Actor) -> Person:  # noqa: A002 - the field's name
    """Close a person's account: open sessions end with the next click, the trail keeps the name."""
    with transaction.atomic():
        user = _locked(id)
        _keep_an_administrator(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit(actor=by, operation="staff.manage", subject=_subject(user), detail={"did": "deactivated"})
    return _person(user)


def activate(*, id: int, by: Person | Actor) -> Person:  # noqa: A002 - the field's name
    """Open a closed account again, with the role it had."""
    with transaction.atomic():
        user = _locked(id)
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit(actor=by, operation="staff.manage", subject=_subject(user), detail={"did": "activated"})
    return _person(user)


def reset_password(*, id: int, by: Person | Actor) -> str:  # noqa: A002 - the field's name
    """Give a person a new password and end all their sessions; the password is shown this once."""
    secret = secrets.token_urlsafe(12)
    with transaction.atomic():
        user = _locked(id)
        user.set_password(secret)
        user.save(update_fields=["password"])
        audit(actor=by, operation="staff.manage", subject=_subject(user), detail={"did": "password reset"})
    return secret


def get_person(*, id: int) -> PersonListing:  # noqa: A002 - the field's name
    """One person by id."""
    found = queries.people(id=id)
    if not found:
        raise NoSuchPerson
    return found[0]


def find_person(*, email: str) -> Person | None:
    """The person who logs in with this address, active or not."""
    user = User.objects.filter(email=email.strip().lower()).first()
    return _person(user) if user else None


def operations_of(role: str) -> list[str]:
    """What a role includes, in the order of the matrix."""
    return rules.operations_of(role)


def _append(
    actor: Person | Actor | None, operation: str, subject: Subject, detail: Mapping[str, Any] | None, *, refused: bool
) -> None:
    user_id = actor.id if isinstance(actor, Person) else actor.user_id if actor else None
    queries.append(
        user_id=user_id,
        actor=_name(actor),
        operation=operation,
        refused=refused,
        subject=(subject[0], str(subject[1])),
        place=_place.get(),
        detail=dict(detail or {}),
    )


def _name(actor: Person | Actor | None) -> str:
    return actor.name if actor else ""


def _person(user: User) -> Person:
    role = Role(user.role)
    return Person(user.pk, user.email, user.name, user.language, user.time_zone, role, user.is_active)


def _subject(user: User) -> Subject:
    return ("person", str(user.pk))


def _locked(id: int) -> User:  # noqa: A002 - the field's name
    # Administrators are locked in one order with the person, so that two of them cannot close each other's account.
    found = {
        user.pk: user
        for user in User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk").select_for_update()
    }
    user = found.get(id) or User.objects.filter(pk=id).select_for_update().first()
    if user is None:
        raise NoSuchPerson
    return user


def _keep_an_administrator(user: User) -> None:
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.role == Role.ADMINISTRATOR and user.is_active and not others.exists():
        raise LastAdministrator


def _check(*, email: str, name: str, role: str, language: str, time_zone: str) -> None:
    wrong: list[FieldError] = []
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(FieldError("email", "email", "This is not an e-mail address."))
    if not 0 < len(name.strip()) <= 150:
        wrong.append(FieldError("name", "required", "Say the name, in at most 150 letters."))
    if role not in set(Role):
        wrong.append(FieldError("role", "unknown", "There is no such role."))
    if language not in dict(settings.LANGUAGES):
        wrong.append(FieldError("language", "unknown", "Edino does not speak this language."))
    if time_zone not in available_timezones():
        wrong.append(FieldError("time_zone", "unknown", "There is no such time zone."))
    if wrong:
        raise Invalid(fields=wrong)


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(fields=[FieldError("password", "weak", " ".join(error.messages))]) from error


def _address(request: HttpRequest) -> str:
    # As many proxies as are ours may be believed; what stands before them in the header anybody may have written.
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return hops[-trusted] if 0 < trusted <= len(hops) else str(request.META.get("REMOTE_ADDR", ""))


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else ""


def _to_login(request: HttpRequest) -> HttpResponse:
    answer = redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        # HTMX would swap the log-in page into a corner of this one; the header makes it leave the page instead.
        return HttpResponse(status=401, headers={"HX-Redirect": answer["Location"]})
    return answer


def _in_the_persons_terms(
    person: Person, request: HttpRequest, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(person.language)
        request.LANGUAGE_CODE = person.language
    with timezone.override(ZoneInfo(person.time_zone)):
        response = answer()
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.render()
    return response
