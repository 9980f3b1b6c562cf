"""What is left of personal data for eyes that need not see it: enough to recognise, too little to use."""

from typing import Any, Final

DOTS: Final = "•••"
_OPEN: Final = frozenset({"tags", "gender", "language", "created_at", "timezone", "locale"})
"""Fields that say nothing about who somebody is."""


def mask(kind: str, value: str) -> str:
    """An identifier masked: "+7 ••• 67", "m•••@mail.ru", "••• 0001"."""
    if kind in {"phone", "whatsapp", "viber"} and value.startswith("+") and len(value) > 7:
        return f"{value[:2]} {DOTS} {value[-2:]}"
    if kind == "email":
        name, _, domain = value.rpartition("@")
        return f"{name[:1]}{DOTS}@{domain}"
    return f"{DOTS} {value[-4:]}" if len(value) > 7 else DOTS


def mask_name(name: str) -> str:
    """A name masked: the first word and initials of the others, "Мария И."."""
    first, *others = name.split() or [""]
    return " ".join([first, *(f"{word[:1].upper()}." for word in others)])


def mask_field(name: str, value: Any) -> Any:
    """The value of a field masked; what says nothing about who somebody is stays."""
    if name in _OPEN:
        return value
    if not isinstance(value, str):
        return DOTS
    if name == "name":
        return mask_name(value)
    return value if name == "first_name" else f"{value[:1]}{DOTS}"
