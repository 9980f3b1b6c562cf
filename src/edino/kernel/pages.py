"""What only pages need: a session, who is logged in, the secret of a form, messages.

A call of the JSON API shows the key of a source and has none of these, so it passes them by: making them ready cost it
more than reading its body. Whoever asked for `request.user` there would get an error, never somebody else's rights.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

CALLS = "/api/"


class _PagesOnly(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(CALLS):
            return self.get_response(request)
        return super().__call__(request)


class Sessions(_PagesOnly, SessionMiddleware):
    """Django's sessions."""


class Forms(_PagesOnly, CsrfViewMiddleware):
    """Django's protection of forms. A view under the API that does not say it is exempt is refused, as elsewhere."""


class People(_PagesOnly, AuthenticationMiddleware):
    """Who is logged in."""


class Messages(_PagesOnly, MessageMiddleware):
    """Messages for the next page."""
