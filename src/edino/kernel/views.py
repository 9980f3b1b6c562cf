"""Published views: schema `pub` is dropped before and made again after `migrate`, under one lock.

Tables are migrated; views are code. Each domain's `sql/views.sql` holds plain projections of its own tables.
"""

from importlib.resources import files

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

_LOCK = "SELECT pg_advisory_lock(hashtext('edino migrate'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('edino migrate'))"


def migrate(verbosity: int = 0) -> None:
    """Bring the database to the code: drop views, migrate, make views. Several processes may call it at once."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        try:
            drop()
            call_command("migrate", interactive=False, verbosity=verbosity)
            create()
        finally:
            cursor.execute(_UNLOCK)


def drop() -> None:
    """Drop every published view."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS pub CASCADE")


def create() -> None:
    """Make the published views of every installed package, lowest package first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS pub")
        for config in apps.get_app_configs():
            if not config.name.startswith("edino."):
                continue
            source = files(config.name).joinpath("sql", "views.sql")
            if source.is_file():
                cursor.execute(source.read_text(encoding="utf-8"))
