-- name: version
-- What makes a feed of an assortment a new one: products, prices, and what the assortment is.
SELECT md5(concat_ws('|',
       (SELECT concat_ws(',', max(changed_at), count(*)) FROM pub.catalogue_product),
       (SELECT max(recorded_at) FROM pub.catalogue_price),
       (SELECT row(assortment.*)::text FROM pub.catalogue_assortment AS assortment WHERE id = %(assortment)s)));

-- name: page
-- The next products that an assortment offers.
SELECT product.id
  FROM pub.catalogue_product AS product
  JOIN pub.catalogue_presence AS presence ON presence.product_id = product.id
 WHERE presence.assortment_id = %(assortment)s AND presence.is_listed AND product.active AND product.id > %(after)s
 ORDER BY product.id
 LIMIT %(limit)s;

-- name: variants
-- The active variants of products, with what is said of them; pictures are its own, or else those of the product.
SELECT variant.id, variant.product_id, product.uid, variant.sku, variant.options, variant.weight_g, variant.tax,
       product.names, product.descriptions, product.attributes, coalesce(product.brand, '') AS brand,
       product.category_ids,
       ARRAY(SELECT barcode.text FROM pub.catalogue_barcode AS barcode WHERE barcode.variant_id = variant.id
              ORDER BY barcode.text) AS barcodes,
       ARRAY(SELECT media.id::text || ' ' || media.place FROM pub.catalogue_media AS media
              WHERE media.product_id = variant.product_id
                AND media.variant_id IS NOT DISTINCT FROM
                    (SELECT variant.id FROM pub.catalogue_media AS own WHERE own.variant_id = variant.id LIMIT 1)
              ORDER BY media.position, media.id) AS pictures
  FROM unnest(%(products)s::bigint[]) WITH ORDINALITY AS given(id, place)
  JOIN pub.catalogue_variant AS variant ON variant.product_id = given.id
  JOIN pub.catalogue_product AS product ON product.id = given.id
 WHERE variant.active
 ORDER BY given.place, variant.id;

-- name: axes
-- What the axes of variants are called.
SELECT code, names FROM pub.catalogue_axis;

-- name: categories
-- The tree of categories, those above before those below.
SELECT id, parent_id, names FROM pub.catalogue_category WHERE active ORDER BY cardinality(path), id;

-- name: attributes
-- The definitions of attributes.
SELECT code, kind, names, unit, choices FROM pub.catalogue_attribute;
