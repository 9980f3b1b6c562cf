"""Screens that concern customers alone: cases to judge, the rules of identity."""

from django.urls import URLPattern, path

from edino.customers.screens import policy, review

urlpatterns: list[URLPattern] = [
    path("review/", review.queue, name="review"),
    path("review/<int:number>/", review.one, name="review_case"),
    path("review/<int:number>/show/", review.show, name="review_show"),
    path("review/<int:number>/<str:verdict>/", review.decide, name="review_decide"),
    path("review/undo/<str:what>/<int:decision>/", review.undo, name="review_undo"),
    path("policy/", policy.policy, name="policy"),
    path("policy/new/", policy.new, name="policy_new"),
    path("policy/block/", policy.block, name="policy_block"),
    path("policy/blocked/<int:number>/off/", policy.unblock, name="policy_unblock"),
    path("policy/<int:version>/preview/", policy.preview, name="policy_preview"),
    path("policy/<int:version>/on/", policy.activate, name="policy_activate"),
]
