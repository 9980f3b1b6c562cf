"""Screens of channels: the registry, the sources, one source with its keys."""

from django.urls import URLPattern, path

from edino.channels.screens import registry, sources

urlpatterns: list[URLPattern] = [
    path("channels/", registry.channels, name="channels"),
    path("sources/", sources.sources, name="channels_sources"),
    path("sources/new/", sources.add, name="channels_source_add"),
    path("sources/<int:number>/", sources.source, name="channels_source"),
    path("sources/<int:number>/change/", sources.change, name="channels_source_change"),
    path("sources/<int:number>/keys/new/", sources.new_key, name="channels_key_add"),
    path("sources/<int:number>/keys/<int:key>/rotate/", sources.rotate, name="channels_key_rotate"),
    path("sources/<int:number>/keys/<int:key>/revoke/", sources.revoke, name="channels_key_revoke"),
]
