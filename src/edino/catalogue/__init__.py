"""Products and what they cost: products, variants (SKU), assortments, price lists, reviews.

Invariants: a SKU and a valid barcode each name one variant; nothing is ever deleted, only taken out of sale; the same
input twice changes nothing; what staff wrote by hand no feed overwrites; a price never depends on the channel unless
an exception with a reason is recorded. It knows nothing of stock, promotions or orders.
"""
