-- name: products
-- Variants with their products, a step of products at a time; a product without variants has one row. Options stand in
-- the order of the product's axes, which is what an empty shop takes it from: jsonb puts the shorter word first.
SELECT product.id, coalesce(product.code, product.uid::text) AS product, variant.sku, product.code, product.names,
       product.descriptions, coalesce(brand.name, '') AS brand, coalesce(shelves.found, '[]') AS shelves,
       product.attributes, coalesce(media.found, '[]') AS media, product.is_active AS active,
       CASE WHEN variant.id IS NOT NULL THEN coalesce(options.found, '{}') END AS options,
       coalesce(barcodes.found, '[]') AS barcodes, coalesce(own.found, '[]') AS variant_media,
       variant.weight_g::text AS weight_g, variant.tax, variant.is_active AS variant_active,
       variant.attributes AS variant_attributes
  FROM (SELECT * FROM catalogue_product WHERE id > %(after)s ORDER BY id LIMIT 500) AS product
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
  LEFT JOIN catalogue_variant AS variant ON variant.product_id = product.id
  LEFT JOIN LATERAL (
       SELECT json_object_agg(axis.code, variant.options -> axis.code ORDER BY axis.place) AS found
         FROM (SELECT told.code, array_position(product.axes, told.code) AS place
                 FROM jsonb_object_keys(variant.options) AS told(code)) AS axis) AS options ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(way.steps ORDER BY stands.place) AS found
         FROM unnest(product.category_ids) WITH ORDINALITY AS stands(id, place)
         JOIN catalogue_category AS category ON category.id = stands.id
        CROSS JOIN LATERAL (
              SELECT jsonb_agg(jsonb_build_object('code', step.code, 'names', step.names) ORDER BY path.place) AS steps
                FROM unnest(category.path) WITH ORDINALITY AS path(id, place)
                JOIN catalogue_category AS step ON step.id = path.id) AS way) AS shelves ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('place', media.place, 'alt', media.alt) ORDER BY media.position) AS found
         FROM catalogue_media AS media
        WHERE media.product_id = product.id AND media.variant_id IS NULL) AS media ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('place', media.place, 'alt', media.alt) ORDER BY media.position) AS found
         FROM catalogue_media AS media
        WHERE media.product_id = product.id AND media.variant_id = variant.id) AS own ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(barcode.text ORDER BY barcode.id) AS found
         FROM catalogue_barcode AS barcode WHERE barcode.variant_id = variant.id) AS barcodes ON true
 ORDER BY product.id, variant.position, variant.id

-- name: attributes
-- Definitions of attributes, a step at a time.
SELECT id, code, kind, names, unit, choices, is_filter, is_required, position::text,
       ARRAY(SELECT category.code FROM catalogue_category AS category
              WHERE category.id = ANY (attribute.category_ids) ORDER BY category.id) AS categories
  FROM catalogue_attribute AS attribute WHERE id > %(after)s ORDER BY id LIMIT 1000
