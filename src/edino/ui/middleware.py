"""What every answer says beside its content: headers that keep a page to itself, and where a sent form leads."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

PAGE_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob: https:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


class SentFromPage:
    """A form that was sent from within its page goes to where a redirect points by itself: 204, with the place.

    A browser follows redirects on its own and tells nobody where to; the messages meant for that page would be spent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.headers.get("X-Sent-From") == "page" and response.status_code in {301, 302, 303}:
            response.status_code = 204
        return response


class SecurityHeaders:
    """Set what a view has not set itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        headers = response.headers
        headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        if is_page:
            headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=()")
            # A page that depends on who asks must not be found on a shared tablet after he has logged out.
            if "Cookie" in headers.get("Vary", ""):
                headers.setdefault("Cache-Control", "private, no-store")
        if request.is_secure():
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
