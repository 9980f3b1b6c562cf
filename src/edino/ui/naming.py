"""Names that Edino gives by itself (the actor of a command, the source of its pages), told in the reader's language.

They are stored as they were given, once and for all languages. Whoever gives one says here what it is called; what
people have named is told as they named it.
"""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from edino.ui.parts import Text

ITSELF: Final = gettext_lazy("Edino itself")
_known: dict[str, "Text"] = {}


def call(name: str, told: "Text") -> str:
    """Say what a stored name is called before people; the name."""
    _known[name] = told
    return name


def told(name: str) -> str:
    """A stored name as the reader's language has it; a name that people gave stays."""
    return str(_known.get(name, name))
