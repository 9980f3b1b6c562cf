"""Logging in and one's own account: django-allauth's views behind our guard, with every step in the trail."""

import base64
from hashlib import sha256
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path

from edino.kernel import web
from edino.kernel.errors import TooMany
from edino.staff import api
from edino.staff.types import Person, Subject

LOG_IN = "account.log_in"
OWN = api.requires("account.own")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """What differs from allauth: nobody signs up by himself, and log-ins leave a line in the trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's call
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            api.refuse(actor=None, operation=LOG_IN, subject=_who(credentials), detail={"why": "too many attempts"})
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ARG002 - as above
        api.refuse(actor=None, operation=LOG_IN, subject=_who(credentials), detail={"why": "wrong password"})

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        person = api.person_of(request)
        api.audit(actor=person, operation=LOG_IN, subject=_subject(person))
        return super().post_login(request, user, **options)  # type: ignore[no-any-return]  # allauth has no types

    def logout(self, request: HttpRequest) -> None:
        person = api.person_of(request)
        if person is not None:
            api.audit(actor=person, operation="account.log_out", subject=_subject(person))
        super().logout(request)


class LogInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """The labels stand above the fields, so nothing stands inside them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of second factors are encrypted, so that a copy of the database is not a copy of the factors."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def note_password(request: HttpRequest, user: Any, **_: Any) -> None:
    """A person changed the own password, or set one through the link in a mail."""
    _note(request, user, "password")


def note_factor_added(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """A person added a second factor."""
    _note(request, user, f"{authenticator.type} added")


def note_factor_removed(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """A person removed a second factor."""
    _note(request, user, f"{authenticator.type} removed")


def too_many(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """429 for people: allauth answers with it when an address asks too often."""
    api.refuse(actor=api.person_of(request), operation=LOG_IN, detail={"why": "too many requests"})
    return web.page(request, TooMany())


urlpatterns: list[URLPattern] = [
    path("login/", api.public(account.login), name="account_login"),
    path("logout/", api.public(account.logout), name="account_logout"),
    path("account/inactive/", api.public(account.account_inactive), name="account_inactive"),
    path("account/confirm/", OWN(account.reauthenticate), name="account_reauthenticate"),
    path("account/password/", OWN(account.password_change), name="account_change_password"),
    path("account/password/reset/", api.public(account.password_reset), name="account_reset_password"),
    path("account/password/reset/sent/", api.public(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        api.public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/done/",
        api.public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("login/second/", api.public(mfa.authenticate), name="mfa_authenticate"),
    path("login/passkey/", api.public(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("account/security/", OWN(mfa.index), name="mfa_index"),
    path("account/security/confirm/", OWN(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/security/app/add/", OWN(totp.activate_totp), name="mfa_activate_totp"),
    path("account/security/app/remove/", OWN(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/security/codes/", OWN(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/security/codes/new/", OWN(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("account/security/codes/file/", OWN(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("account/security/passkeys/", OWN(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("account/security/passkeys/add/", OWN(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/security/passkeys/confirm/", OWN(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("account/security/passkeys/<int:pk>/remove/", OWN(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("account/security/passkeys/<int:pk>/", OWN(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
]


def _who(credentials: dict[str, Any]) -> Subject:
    # The address somebody typed is not kept: it may be a password typed into the wrong field.
    return _subject(api.find_person(email=str(credentials.get("email", ""))))


def _subject(person: Person | None) -> Subject:
    return ("person", str(person.id)) if person else ("person", "")


def _note(request: HttpRequest, user: Any, did: str) -> None:
    person = api.person_of(request)
    api.audit(actor=person, operation="account.own", subject=("person", str(user.pk)), detail={"did": did})


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()))
