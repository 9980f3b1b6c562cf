"""Screens of catalogue."""

from django.urls import URLPattern, path

from edino.catalogue.screens import (
    assortments,
    editing,
    labels,
    making,
    media,
    pictures,
    prices,
    product,
    products,
    reviews,
    shelving,
)

urlpatterns: list[URLPattern] = [
    path("products/", products.products, name="products"),
    path("products/new/", making.create, name="product_add"),
    path("products/labels/", labels.sheet, name="product_labels"),
    path("products/differences/", assortments.differences, name="differences"),
    path("products/<uuid:uid>/", product.product, name="product"),
    path("products/<uuid:uid>/change/", editing.change, name="product_change"),
    path("products/<uuid:uid>/pictures/", pictures.pictures, name="product_pictures"),
    path("products/<uuid:uid>/variants/new/", making.variant, name="variant_add"),
    path("products/<uuid:uid>/variants/<int:number>/", making.variant, name="variant"),
    path("products/<uuid:uid>/release/", product.release, name="product_release"),
    path("products/<uuid:uid>/offer/<slug:code>/", product.offer, name="product_offer"),
    path("products/<uuid:uid>/take-out/<slug:code>/", product.take_out, name="product_take_out"),
    path("assortments/", assortments.assortments, name="assortments"),
    path("assortments/new/", assortments.add, name="assortment_add"),
    path("assortments/<slug:code>/", assortments.change, name="assortment"),
    path("categories/", shelving.categories, name="categories"),
    path("categories/new/", shelving.category, name="category_add"),
    path("categories/<int:number>/", shelving.category, name="category"),
    path("categories/<int:number>/release/", shelving.category_release, name="category_release"),
    path("attributes/", shelving.attributes, name="attributes"),
    path("attributes/new/", shelving.attribute, name="attribute_add"),
    path("attributes/axes/<str:code>/", shelving.axis, name="axis"),
    path("attributes/<str:code>/", shelving.attribute, name="attribute"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<uuid:uid>/", reviews.review, name="review_one"),
    path("media/reviews/<uuid:name>.webp", media.photo, name="review_photo"),
    path("media/<int:number>/<int:width>.webp", media.thumbnail, name="thumbnail"),
    *prices.patterns,
]
