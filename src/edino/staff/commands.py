"""Commands about people."""

import click

from edino.staff import api
from edino.staff.errors import NoSuchPerson
from edino.staff.types import Role


@click.group()
def staff() -> None:
    """People of the back office."""


@staff.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What they may do.")
@click.option("--name", default="", help="The person's name; the part before @ if it is not given.")
@click.option("--language", default="en", show_default=True, type=click.Choice(["en", "ru"]), help="Of their screens.")
@click.option("--time-zone", default="UTC", show_default=True, help="Of the times they see.")
def create(email: str, role: str, name: str, language: str, time_zone: str) -> None:
    """Give somebody an account and print the password, this once."""
    person, password = api.create_user(
        email=email,
        name=name or email.partition("@")[0],
        role=role,
        language=language,
        time_zone=time_zone,
        by=api.COMMAND_LINE,
    )
    click.echo(f"{person.email}  {person.role}  {password}")


@staff.command(name="reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Give somebody a new password, print it, and end their sessions."""
    person = api.find_person(email=email)
    if person is None:
        raise NoSuchPerson
    click.echo(api.reset_password(id=person.id, by=api.COMMAND_LINE))


commands: list[click.Command] = [staff]
