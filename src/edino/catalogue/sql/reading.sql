-- name: variants_by_sku
-- Variants by SKU, as those who sell them need them.
SELECT variant.id, variant.product_id, product.uid AS product_uid, variant.sku, product.names, variant.options,
       variant.is_active AND product.is_active AS active, variant.tax, variant.weight_g, image.id AS image,
       product.category_ids, coalesce(brand.name, '') AS brand, coalesce(code.found, '{}') AS barcodes,
       coalesce(offer.absent, '{}') AS absent
  FROM unnest(%(skus)s::text[]) AS wanted(sku)
  JOIN catalogue_variant AS variant ON variant.sku = wanted.sku
  JOIN catalogue_product AS product ON product.id = variant.product_id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
  LEFT JOIN LATERAL (
       SELECT media.id FROM catalogue_media AS media
        WHERE media.product_id = product.id AND (media.variant_id IS NULL OR media.variant_id = variant.id)
        ORDER BY media.variant_id IS NULL, media.position LIMIT 1) AS image ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(coalesce(barcode.gtin, barcode.text) ORDER BY barcode.id) AS found
         FROM catalogue_barcode AS barcode WHERE barcode.variant_id = variant.id) AS code ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(presence.assortment_id) AS absent
         FROM catalogue_presence AS presence
        WHERE presence.product_id = product.id AND NOT presence.is_listed) AS offer ON true

-- name: variants_by_id
-- The same by their ids.
SELECT variant.id, variant.product_id, product.uid AS product_uid, variant.sku, product.names, variant.options,
       variant.is_active AND product.is_active AS active, variant.tax, variant.weight_g, image.id AS image,
       product.category_ids, coalesce(brand.name, '') AS brand, coalesce(code.found, '{}') AS barcodes,
       coalesce(offer.absent, '{}') AS absent
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
  JOIN catalogue_variant AS variant ON variant.id = wanted.id
  JOIN catalogue_product AS product ON product.id = variant.product_id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
  LEFT JOIN LATERAL (
       SELECT media.id FROM catalogue_media AS media
        WHERE media.product_id = product.id AND (media.variant_id IS NULL OR media.variant_id = variant.id)
        ORDER BY media.variant_id IS NULL, media.position LIMIT 1) AS image ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(coalesce(barcode.gtin, barcode.text) ORDER BY barcode.id) AS found
         FROM catalogue_barcode AS barcode WHERE barcode.variant_id = variant.id) AS code ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(presence.assortment_id) AS absent
         FROM catalogue_presence AS presence
        WHERE presence.product_id = product.id AND NOT presence.is_listed) AS offer ON true

-- name: scanned
-- The variants that a scanned text may mean: its SKU, its barcode, or a barcode kept as a text.
SELECT variant.id, 0 AS doubt FROM catalogue_variant AS variant WHERE variant.sku = %(text)s
UNION ALL
SELECT barcode.variant_id, 1 FROM catalogue_barcode AS barcode WHERE barcode.gtin = %(gtin)s
UNION ALL
SELECT barcode.variant_id, 2 FROM catalogue_barcode AS barcode WHERE barcode.text = %(text)s
ORDER BY doubt, id

-- name: sisters
-- The variants on sale of the products of these variants, product by product in the order given, each in its own order.
SELECT sister.id
  FROM (SELECT variant.product_id, min(wanted.place) AS place
          FROM unnest(%(variants)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
          JOIN catalogue_variant AS variant ON variant.id = wanted.id
         GROUP BY variant.product_id) AS product
  JOIN catalogue_variant AS sister ON sister.product_id = product.product_id AND sister.is_active
 ORDER BY product.place, sister.position, sister.id

-- name: assortments
-- Every assortment, the default first.
SELECT id, code, name, currency, languages, region, is_default, channels, rule
  FROM catalogue_assortment ORDER BY NOT is_default, name, id

-- name: product_head
-- One product by its public id, address or short number.
SELECT product.id, product.uid, product.code, product.slug, product.names, product.descriptions, product.attributes,
       product.axes, product.held, product.category_ids, coalesce(brand.name, '') AS brand, product.is_active,
       product.rating_count, product.rating_sum, product.created_at, product.changed_at
  FROM catalogue_product AS product
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
 WHERE product.uid = %(uid)s::uuid OR product.slug = %(slug)s::text OR product.id = %(id)s::bigint

-- name: media_of
-- The pictures of a product, in their order.
SELECT media.id, media.variant_id, media.place, media.alt
  FROM catalogue_media AS media WHERE media.product_id = %(product)s ORDER BY media.position, media.id

-- name: media_place
-- Where one picture lies.
SELECT place FROM catalogue_media WHERE id = %(id)s

-- name: remote_places
-- The addresses of pictures that lie elsewhere.
SELECT DISTINCT place FROM catalogue_media WHERE place LIKE 'http%%' ORDER BY place

-- name: barcodes_of
-- The barcodes of a product's variants, doubtful ones too.
SELECT barcode.variant_id, barcode.text, barcode.gtin, barcode.problem
  FROM catalogue_barcode AS barcode
  JOIN catalogue_variant AS variant ON variant.id = barcode.variant_id
 WHERE variant.product_id = %(product)s
 ORDER BY barcode.id

-- name: presence_of
-- Where a product is offered and what it lacks there.
SELECT presence.assortment_id, presence.is_listed, presence.wanted + 1 AS wanted,
       presence.missing || CASE WHEN catalogue_priced(presence.product_id, assortment.currency) THEN '{}'
                                ELSE ARRAY['price'] END AS missing,
       listing.is_listed AS by_hand, coalesce(listing.reason, '') AS reason
  FROM catalogue_presence AS presence
  JOIN catalogue_assortment AS assortment ON assortment.id = presence.assortment_id
  LEFT JOIN catalogue_listing AS listing
         ON listing.assortment_id = presence.assortment_id AND listing.product_id = presence.product_id
 WHERE presence.product_id = %(product)s

-- name: categories
-- Every category, the tree in depth order within each shelf.
SELECT id, code, parent_id, path, names, position, is_active FROM catalogue_category ORDER BY position, code

-- name: axes
-- What axes are called.
SELECT code, names FROM catalogue_axis ORDER BY position, code

-- name: short_target
-- What a short code stands for.
SELECT product.id, product.uid, product.slug, variant.id AS variant_id, coalesce(variant.sku, '') AS sku
  FROM catalogue_product AS product
  LEFT JOIN catalogue_variant AS variant ON variant.product_id = product.id AND variant.id = %(variant)s::bigint
 WHERE product.id = coalesce(%(product)s::bigint,
                             (SELECT product_id FROM catalogue_variant WHERE id = %(variant)s::bigint))

-- name: externals_of
-- What sources call a product, and when that was its name in a system.
SELECT external.source_id, source.name AS source, external.kind, external.text
  FROM catalogue_external AS external
  JOIN pub.channels_source AS source ON source.id = external.source_id
 WHERE external.kind = 'product' AND external.ref = %(product)s
 ORDER BY source.name, external.text
