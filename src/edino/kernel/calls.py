"""The addresses of the JSON API, found by their first word.

Django tries one pattern after the other, which for the last of some hundred took a tenth of the time of a purchase.
"""

from collections.abc import Sequence
from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern


class Calls(URLResolver):
    """All calls below a prefix. Those that begin with one word are tried in their own order, as Django does."""

    def __init__(
        self, prefix: str, patterns: Sequence[URLPattern | URLResolver], app_name: str, namespace: str
    ) -> None:
        pattern = RoutePattern(prefix, is_endpoint=False)
        super().__init__(pattern, patterns, {}, app_name, namespace)
        words: dict[str, list[URLPattern | URLResolver]] = {}
        for one in patterns:
            words.setdefault(_first(str(one.pattern)), []).append(one)
        open_ = any("<" in word for word in words)  # an address that begins with a name: any word may be meant
        self._prefix = prefix
        self._by_word = {
            word: URLResolver(pattern, found, {}, app_name, namespace) for word, found in words.items() if not open_
        }

    def resolve(self, path: str) -> ResolverMatch:
        """The call at an address; `Resolver404` when there is none."""
        known: Any = None
        if path.startswith(self._prefix):
            known = self._by_word.get(_first(path.removeprefix(self._prefix)))
        return known.resolve(path) if known is not None else super().resolve(path)


def _first(path: str) -> str:
    return path.partition("/")[0]
