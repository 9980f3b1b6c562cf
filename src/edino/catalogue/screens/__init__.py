"""Screens of catalogue."""

from django.urls import URLPattern, path

from edino.catalogue.screens import assortments, editing, labels, media, prices, product, products, reviews

urlpatterns: list[URLPattern] = [
    path("products/", products.products, name="products"),
    path("products/labels/", labels.sheet, name="product_labels"),
    path("products/differences/", assortments.differences, name="differences"),
    path("products/<uuid:uid>/", product.product, name="product"),
    path("products/<uuid:uid>/change/", editing.change, name="product_change"),
    path("products/<uuid:uid>/release/", product.release, name="product_release"),
    path("products/<uuid:uid>/offer/<slug:code>/", product.offer, name="product_offer"),
    path("products/<uuid:uid>/take-out/<slug:code>/", product.take_out, name="product_take_out"),
    path("assortments/", assortments.assortments, name="assortments"),
    path("assortments/new/", assortments.add, name="assortment_add"),
    path("assortments/<slug:code>/", assortments.change, name="assortment"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<uuid:uid>/", reviews.review, name="review_one"),
    path("media/reviews/<uuid:name>.webp", media.photo, name="review_photo"),
    path("media/<int:number>/<int:width>.webp", media.thumbnail, name="thumbnail"),
    *prices.patterns,
]
