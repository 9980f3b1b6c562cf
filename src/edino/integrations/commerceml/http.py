"""`/exchange/1c`: the address that 1C is told."""

import base64
import binascii
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from edino.channels import api as channels
from edino.channels.types import Scope, Source
from edino.integrations.commerceml import session
from edino.integrations.commerceml.errors import UnknownMode
from edino.integrations.commerceml.session import COOKIE, WAYS, Asked
from edino.integrations.exchange.errors import Busy
from edino.kernel.errors import Forbidden, Refusal, TooLarge, Unauthenticated
from edino.staff import api as staff

LARGEST = 64 << 20
"""A part may be larger than we asked for, within reason."""


@csrf_exempt
@staff.public
def exchange(request: HttpRequest) -> HttpResponse:
    """One request of a session. Answers are lines of text; the first one decides."""
    try:
        with staff.at_place(request):
            return _answer(request)
    except Busy as busy:
        return _lines(["progress", busy.text])
    except Unauthenticated as refusal:
        answer = _lines(["failure", refusal.text], status=401)
        answer["WWW-Authenticate"] = 'Basic realm="Edino"'
        return answer
    except Forbidden as refusal:
        return _lines(["failure", refusal.text], status=403)
    except Refusal as refusal:
        return _lines(["failure", refusal.text, *(f"{one.field}: {one.message}" for one in refusal.fields)])


def _answer(request: HttpRequest) -> HttpResponse:
    way, mode = request.GET.get("type", ""), request.GET.get("mode", "")
    source = _source(request)
    if mode == "checkauth":
        if source is None:
            raise Unauthenticated
        if way not in WAYS:
            raise UnknownMode(type=way, mode=mode)
        return _lines(session.open_session(source, way))
    if way not in WAYS:
        raise UnknownMode(type=way, mode=mode)
    token, said = request.COOKIES.get(COOKIE, ""), request.GET.get("sessid", "")
    source, open_exchange = session.session(token=token, source=source, way=way, said=said)
    asked = Asked(
        source,
        open_exchange,
        way,
        mode,
        request.GET.get("filename", ""),
        lambda: _body(request),
        request.GET.get("version", ""),
    )
    told = session.answer(asked)
    if isinstance(told, bytes):
        return HttpResponse(told, content_type="application/xml; charset=utf-8")
    return _lines(told)


def _body(request: HttpRequest) -> bytes:
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise TooLarge
    return bytes(body)


def _source(request: HttpRequest) -> Source | None:
    """Whose key is shown: as the password of any user, or as the user without a password; None without any."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unauthenticated from error
    source = channels.authenticate(key=password or user)
    channels.require_scope(source=source, scope=Scope.EXCHANGE)
    return source


def _lines(lines: Iterable[str], *, status: int = 200) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8", status=status)
