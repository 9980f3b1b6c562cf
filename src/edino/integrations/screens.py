"""Screens of the adapters."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
