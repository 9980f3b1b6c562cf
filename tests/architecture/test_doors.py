"""Other domains are entered through their doors, and foreign keys point downwards."""

import grimp
from django.apps import apps
from django.db.models import ForeignKey

DOORS = {"api", "types", "events", "errors"}
OPEN = {"kernel", "ui", "site"}
SALES = ["catalogue", "promotions", "inventory", "orders", "checkout"]
ORDER = ["kernel", "ui", "staff", "channels", "customers", "activity", *SALES, "integrations", "faces", "site"]


def test_other_domains_are_entered_through_their_doors() -> None:
    graph = grimp.build_graph("edino")
    trespass = []
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            a, b = importer.split("."), imported.split(".")
            if len(a) < 2 or len(b) < 2 or a[1] == b[1] or b[1] in OPEN or a[1] == "site":
                continue
            if len(b) < 3 or b[2] not in DOORS:
                trespass.append(f"{importer} -> {imported}")
    assert trespass == []


def test_foreign_keys_point_downwards_and_delete_nothing_across_domains() -> None:
    wrong = []
    for model in apps.get_models():
        if not model.__module__.startswith("edino."):
            continue
        here = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey):
                continue
            target = field.related_model.__module__
            if not target.startswith("edino.") or target.split(".")[1] == here:
                continue
            there = target.split(".")[1]
            if ORDER.index(there) > ORDER.index(here):
                wrong.append(f"{model.__name__}.{field.name} points up to {there}")
            if getattr(field.remote_field.on_delete, "__name__", "") != "DO_NOTHING":
                wrong.append(f"{model.__name__}.{field.name} would delete across domains")
    assert wrong == []


def test_doors_have_at_most_25_public_functions() -> None:
    import importlib  # the doors are found by name
    import inspect  # as above

    wide = {}
    for package in ORDER[2:-1]:
        try:
            door = importlib.import_module(f"edino.{package}.api")
        except ModuleNotFoundError:
            continue
        names = getattr(door, "__all__", None) or [name for name in vars(door) if not name.startswith("_")]
        functions = [
            name
            for name in names
            if inspect.isfunction(getattr(door, name)) and getattr(door, name).__module__.startswith(door.__name__)
        ]
        if len(functions) > 25:
            wide[package] = len(functions)
    assert wide == {}
