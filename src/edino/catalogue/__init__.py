"""Products and what they cost: products, variants (SKU), assortments, price lists, reviews.

Invariants: a SKU and a barcode each name one variant; a price never depends on the channel unless an exception with a
reason is recorded. It knows nothing of stock, promotions or orders.
"""
