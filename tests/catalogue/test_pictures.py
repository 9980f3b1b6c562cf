"""Pictures of a feed are fetched once, and only from where anybody may look."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edino.catalogue import api
from edino.catalogue.api import fetching, pictures
from edino.catalogue.models import Product
from edino.catalogue.types import Media
from tests.catalogue.shelf import bring, simple

pytestmark = pytest.mark.django_db
content = io.BytesIO()
Image.new("RGB", (300, 200), "navy").save(content, "PNG")


class Shop(BaseHTTPRequestHandler):
    """A site with a picture, a page that leads elsewhere, and nothing else."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status = {"/a.png": 200, "/moved.png": 302}.get(self.path, 404)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/a.png")
        self.end_headers()
        if status == 200:
            self.wfile.write(content.getvalue())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path, settings: Any) -> Iterator[str]:
    settings.MEDIA_ROOT = tmp_path
    Shop.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pictures_are_fetched_once_and_have_thumbnails_then(site: str) -> None:
    bring(simple(1, media=[Media(f"{site}/{name}") for name in ("a.png", "gone.png", "moved.png")]))
    first, _gone, _moved = api.product(uid=Product.objects.get().uid).pictures
    assert pictures.thumbnail(id=first.id, width=80) == f"{site}/a.png"
    found = fetching.fetch_pictures(allowed=["127.0.0.1"])
    assert (found.fetched, found.known) == (1, 0)
    assert sorted(found.failed) == [
        (f"{site}/gone.png", "the answer was 404"),
        (f"{site}/moved.png", "the answer was 302"),
    ]
    small = pictures.thumbnail(id=first.id, width=80)
    assert isinstance(small, Path)
    with Image.open(small) as made:
        assert (made.format, made.size) == ("WEBP", (80, 53))
    again = fetching.fetch_pictures(allowed=["127.0.0.1"])
    assert (again.fetched, again.known) == (0, 1)
    assert Shop.asked.count("/a.png") == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_a_feed_does_not_make_us_ask_our_own_network(site: str, host: str) -> None:
    address = f"http://{host}:{site.rpartition(':')[2]}/a.png"
    bring(simple(1, media=[Media(address)]))
    found = fetching.fetch_pictures()
    assert (found.fetched, found.failed) == (0, ((address, "the host lies in a private network"),))
    assert Shop.asked == []
