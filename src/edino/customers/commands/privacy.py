"""`edino customer`: hand over, erase, make nameless; one command each."""

from functools import partial
from pathlib import Path
from uuid import UUID

import click
import msgspec

from edino.customers import api
from edino.kernel.transactions import retried
from edino.staff import api as staff
from edino.staff.api import COMMAND_LINE


@click.group()
def customer() -> None:
    """What a person may ask for: everything held about them, or to be forgotten."""


@customer.command()
@click.argument("uid", type=click.UUID)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File instead of the screen.")
def export(uid: UUID, output: Path | None) -> None:
    """Print all that is held of a customer, as JSON."""
    document = msgspec.json.format(msgspec.json.encode(api.export(uid=uid)), indent=2)
    _note("customers.export", uid)
    if output:
        output.write_bytes(document + b"\n")
        click.echo(f"Written to {output}.")
    else:
        click.echo(document.decode())


@customer.command()
@click.argument("uid", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(uid: UUID, yes: bool) -> None:
    """Take away everything personal of a customer and scatter what is left. There is no way back."""
    _erase(uid, yes=yes, keep_together=False)


@customer.command()
@click.argument("uid", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask again.")
def anonymise(uid: UUID, yes: bool) -> None:
    """Take away everything personal of a customer, who still counts as one. There is no way back."""
    _erase(uid, yes=yes, keep_together=True)


def _erase(uid: UUID, *, yes: bool, keep_together: bool) -> None:
    person = api.person(uid=uid)
    if not yes:
        whom = f"{person.name or 'Customer'}, {len(person.identifiers)} identifiers"
        click.confirm(f"{whom}: forget for ever?", abort=True)
    work = partial(api.erase, uid=uid, by=COMMAND_LINE.name, keep_together=keep_together)
    count = retried(work)
    _note("customers.erase", uid)
    click.echo(f"Done: {count} identifiers have no value any more.")


def _note(operation: str, uid: UUID) -> None:
    staff.audit(actor=COMMAND_LINE, operation=operation, subject=("customer", str(uid)))
