"""Calls of the JSON API about channels."""

from django.http import HttpRequest
from ninja import Router, Schema

from edino.channels import api

router = Router(tags=["channels"])


class ChannelAnswer(Schema):
    """A channel. `kind` is online, place, talk, message, partner or system."""

    code: str
    name_en: str
    name_ru: str
    kind: str
    abilities: list[str]


@router.get("/channels", response=list[ChannelAnswer], auth=api.scope("customers:read"), summary="The channels")
def channels(request: HttpRequest) -> list[ChannelAnswer]:
    """Every channel this installation knows, with what can be done in it."""
    return [
        ChannelAnswer(
            code=channel.code,
            name_en=channel.name_en,
            name_ru=channel.name_ru,
            kind=channel.kind,
            abilities=sorted(channel.abilities),
        )
        for channel in api.channels_by_code().values()
    ]
