"""A document of 200 MB is imported in flat memory: the process that reads it never grows with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serving import server_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
__all__ = ["server_url"]

IMPORT = """
import os, resource, sys
sys.argv = ["edino", "import", "commerceml", sys.argv[1]]
from edino.site.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
else:
    code = 0
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
sys.exit(code)
"""


def document(products: int, description: int) -> Iterator[str]:
    """An import.xml with so many products, each with a description of so many letters."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.07" '
    yield 'ДатаФормирования="2026-03-01T10:00:00"><Каталог СодержитТолькоИзменения="false"><Ид>c</Ид><Товары>\n'
    text = "Очень подробное описание товара. " * (description // 33)
    for number in range(products):
        id_ = f"{products}-{number}"
        yield f"<Товар><Ид>{id_}</Ид><Артикул>A-{id_}</Артикул><Наименование>Товар {number}</Наименование>"
        yield f"<Описание>{text}</Описание></Товар>\n"
    yield "</Товары></Каталог></КоммерческаяИнформация>"


def peak(folder: Path, url: str, products: int, description: int) -> tuple[int, int]:
    """Megabytes of a file, and the most that its import ever took of memory."""
    path = folder / f"import{products}.xml"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(document(products, description))
    environment = {**os.environ, "EDINO_DATABASE_URL": url, "EDINO_HOME": str(folder / "home")}
    environment["DJANGO_SETTINGS_MODULE"] = "edino.site.settings"
    made = [sys.executable, "-m", "edino.site", "migrate"]
    subprocess.run(made, env=environment, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"goods: {products} created" in done.stdout
    return path.stat().st_size >> 20, int(done.stdout.rpartition("peak ")[2])


def test_memory_does_not_grow_with_the_document(tmp_path: Path, server_url: str) -> None:
    _, small = peak(tmp_path, server_url, 2_000, 6_500)
    megabytes, large = peak(tmp_path, server_url, 17_400, 6_500)
    assert megabytes >= 200
    assert large - small < 40, (small, large)
