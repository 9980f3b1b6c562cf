"""1C as it speaks to a site: the client's side of the exchange, over real HTTP, with the troubles networks have.

Steps as the accounting system takes them: checkauth, init, files in parts no larger than it was told, one import asked
for again and again while the site answers `progress`, orders fetched and confirmed.
"""

import base64
import http.client
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

Files = Mapping[str, bytes]


class Failure(Exception):
    """The site said failure, with its reason."""


class Broken(Exception):
    """The connection broke; nobody knows whether the site has heard."""


@dataclass
class OneC:
    """One accounting system. `before` and `after` are called around each request and may break it."""

    host: str
    port: int
    key: str
    user: str = "1c"
    newer: bool = True
    before: Callable[[str], None] = lambda step: None
    after: Callable[[str], None] = lambda step: None
    answers: list[tuple[str, str]] = field(default_factory=list)
    cookie: str = ""
    sessid: str = ""
    zip: bool = False
    limit: int = 0
    patience: int = 500

    def ask(self, step: str, query: Mapping[str, str], body: bytes | None = None) -> bytes:
        """One request; Failure when the first line says so."""
        given = {**query, **({"sessid": self.sessid} if self.sessid and self.newer else {})}
        headers = {"Authorization": "Basic " + base64.b64encode(f"{self.user}:{self.key}".encode()).decode()}
        if self.cookie:
            headers["Cookie"] = self.cookie
        self.before(step)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            method = "GET" if body is None else "POST"
            connection.request(method, "/exchange/1c?" + urlencode(given, quote_via=quote), body, headers)
            answer = connection.getresponse().read()
        except (OSError, http.client.HTTPException) as error:
            raise Broken(step) from error
        finally:
            connection.close()
        self.after(step)
        first, _, rest = answer.decode("utf-8", "replace").partition("\n")
        self.answers.append((step, first.strip()))
        if first.strip() == "failure":
            raise Failure(rest.strip())
        return answer

    def begin(self, way: str) -> None:
        """checkauth and init."""
        self.cookie = self.sessid = ""
        lines = self.ask("checkauth", {"type": way, "mode": "checkauth"}).decode().splitlines()
        assert lines[0] == "success", lines
        self.cookie = f"{lines[1]}={lines[2]}"
        self.sessid = next((line.partition("=")[2] for line in lines[3:] if line.startswith("sessid=")), "")
        self.init(way)

    def init(self, way: str) -> None:
        """init alone."""
        version = {"version": "2.10"} if self.newer else {}
        told = dict(
            line.split("=", 1)
            for line in self.ask("init", {"type": way, "mode": "init", **version}).decode().splitlines()
        )
        self.zip, self.limit = told["zip"] == "yes", int(told["file_limit"])

    def send(self, way: str, name: str, data: bytes) -> None:
        """A file in as many parts as it takes."""
        for number, part in enumerate(self.parts(data)):
            self.ask(f"file {name} {number}", {"type": way, "mode": "file", "filename": name}, part)

    def parts(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), self.limit):
            yield data[start : start + self.limit]

    def load(self, way: str, name: str) -> None:
        """Ask for the import of a file until it is done."""
        for number in range(self.patience):
            answer = self.ask(f"import {name} {number}", {"type": way, "mode": "import", "filename": name}).decode()
            if answer.startswith("success"):
                return
            assert answer.startswith("progress"), answer
        raise AssertionError(f"{name} is never done")

    def catalogue(self, files: Files, *, zipped: bool = False, complete: bool | None = None) -> None:
        """A whole exchange of goods, prices and stock."""
        self.begin("catalog")
        self.transfer(files, zipped=zipped)
        if self.newer if complete is None else complete:
            self.ask("deactivate", {"type": "catalog", "mode": "deactivate"})
            self.ask("complete", {"type": "catalog", "mode": "complete"})

    def transfer(self, files: Files, *, zipped: bool = False) -> None:
        """All files of an exchange, then their imports; pictures are only sent."""
        if zipped:
            self.send("catalog", "v8_exchange.zip", archive(files))
        else:
            for name, data in files.items():
                self.send("catalog", name, data)
        for name in files:
            if name.endswith(".xml"):
                self.load("catalog", name)

    def orders(self, *, confirm: bool = True) -> bytes:
        """Fetch new and changed orders."""
        document = self.ask("query", {"type": "sale", "mode": "query"})
        if confirm:
            self.ask("success", {"type": "sale", "mode": "success"})
        return document

    def tell_orders(self, data: bytes, name: str = "orders-1.xml") -> None:
        """Send orders back."""
        self.send("sale", name, data)
        self.load("sale", name)


def archive(files: Files, *, stored: bool = False) -> bytes:
    """The files as 1C packs them, or laid one after the other as they are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return made.getvalue()


def stubborn(one_c: OneC, act: Callable[[OneC], None], recover: Callable[[], None], tries: int = 50) -> int:
    """Do something as 1C does on a bad line: begin the whole exchange anew whenever it breaks. How often it broke."""
    for broken in range(tries):
        try:
            act(one_c)
        except Broken:
            recover()
        else:
            return broken
    raise AssertionError("the exchange never came through")
