"""Edino as programs see it."""

from tests.programs import application, key  # noqa: F401 - fixtures of this folder
