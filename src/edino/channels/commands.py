"""Commands about keys."""

import click

from edino.channels import api
from edino.channels.errors import NoSuchSource
from edino.channels.types import Scope, Source
from edino.staff.api import COMMAND_LINE


@click.group()
def key() -> None:
    """Keys with which sources prove themselves."""


@key.command()
@click.option("--source", "name", required=True, help="Name of the source; a new name makes a new source.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What the key may do; may be given several times.",
)
@click.option("--channel", default="site", show_default=True, help="Channel of a new source.")
def create(name: str, scopes: tuple[str, ...], channel: str) -> None:
    """Make a key and print it, this once."""
    click.echo(api.issue_key(source=_source(name, channel), scopes=scopes, by=COMMAND_LINE))


@key.command(name="list")
@click.option("--source", "name", default="", help="Only of this source.")
def list_keys(name: str) -> None:
    """Print sources and their keys: number, prefix, scopes, state."""
    for source in api.list_sources():
        if name and source.name != name:
            continue
        click.echo(f"{source.name} ({source.channel})")
        for held in api.keys_of(source_id=source.id):
            state = (
                "revoked" if held.revoked_at else f"until {held.expires_at:%Y-%m-%d %H:%M}" if held.expires_at else "on"
            )
            click.echo(f"  {held.id}  edino_{held.prefix}_…  {' '.join(held.scopes)}  {state}")


@key.command()
@click.argument("number", type=int)
def rotate(number: int) -> None:
    """Make the successor of a key and print it; the old one works for another day."""
    click.echo(api.rotate_key(id=number, by=COMMAND_LINE))


@key.command()
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """End a key."""
    api.revoke_key(id=number, by=COMMAND_LINE)
    click.echo("Revoked; it works nowhere from five seconds on.")


def _source(name: str, channel: str) -> Source:
    try:
        return api.get_source(name=name)
    except NoSuchSource:
        return api.create_source(name=name, channel=channel, by=COMMAND_LINE)


commands: list[click.Command] = [key]
