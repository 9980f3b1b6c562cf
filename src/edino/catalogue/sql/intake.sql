-- name: lock
-- One writer of the catalogue at a time: what is decided from what was read stays true until it is written.
SELECT pg_advisory_xact_lock(hashtext('edino catalogue'))

-- name: externals
-- What the source's own ids of a kind stand for, with the fingerprint of what it said last.
SELECT external.text, external.ref, external.fingerprint
  FROM unnest(%(texts)s::text[]) AS wanted(text)
  JOIN catalogue_external AS external
    ON external.source_id = %(source)s AND external.kind = %(kind)s AND external.text = wanted.text

-- name: put_externals
-- Note what the source calls things, and the fingerprint of what it said of them.
INSERT INTO catalogue_external AS known (source_id, kind, text, ref, fingerprint)
SELECT %(source)s, %(kind)s, given.text, given.ref, decode(given.fingerprint, 'hex')
  FROM unnest(%(texts)s::text[], %(refs)s::bigint[], %(fingerprints)s::text[]) AS given(text, ref, fingerprint)
    ON CONFLICT (source_id, kind, text) DO UPDATE SET ref = excluded.ref, fingerprint = excluded.fingerprint
 WHERE (known.ref, known.fingerprint) IS DISTINCT FROM (excluded.ref, excluded.fingerprint)

-- name: products_by_code
-- Products by our own codes.
SELECT product.code, product.id
  FROM unnest(%(codes)s::text[]) AS wanted(code) JOIN catalogue_product AS product ON product.code = wanted.code

-- name: variants_by_sku
-- Which variants, of which products, have these SKUs.
SELECT variant.sku, variant.id, variant.product_id
  FROM unnest(%(skus)s::text[]) AS wanted(sku) JOIN catalogue_variant AS variant ON variant.sku = wanted.sku

-- name: variants_by_id
-- The same by their ids.
SELECT variant.sku, variant.id, variant.product_id
  FROM unnest(%(ids)s::bigint[]) AS wanted(id) JOIN catalogue_variant AS variant ON variant.id = wanted.id

-- name: kept_products
-- Products as they are now, with their pictures.
SELECT product.id, product.uid, product.code, product.slug, product.names, product.descriptions, product.attributes,
       product.axes, product.held, product.category_ids, coalesce(brand.name, '') AS brand, product.is_active,
       coalesce(media.found, '[]') AS media
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
  JOIN catalogue_product AS product ON product.id = wanted.id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_array(media.place, media.alt, media.variant_id) ORDER BY media.position, media.id)
              AS found
         FROM catalogue_media AS media WHERE media.product_id = product.id) AS media ON true

-- name: kept_variants
-- The variants of products as they are now, with their barcodes.
SELECT variant.id, variant.product_id, variant.sku, variant.options, variant.attributes, variant.position,
       variant.weight_g, variant.tax, variant.is_active, variant.held,
       coalesce((SELECT array_agg(barcode.text ORDER BY barcode.id) FROM catalogue_barcode AS barcode
                  WHERE barcode.variant_id = variant.id), '{}') AS barcodes
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
  JOIN catalogue_variant AS variant ON variant.product_id = wanted.id
 ORDER BY variant.product_id, variant.position, variant.id

-- name: ensure_brands
-- Add brands that are not known under any capitals.
INSERT INTO catalogue_brand (name)
SELECT DISTINCT ON (lower(given.name)) given.name FROM unnest(%(names)s::text[]) AS given(name)
 ORDER BY lower(given.name), given.name
    ON CONFLICT (lower(name)) DO NOTHING

-- name: insert_products
-- Add products; their addresses end in their numbers, so that they are unique and stay when the name changes.
INSERT INTO catalogue_product (id, uid, code, slug, brand_id, category_ids, names, descriptions, attributes, axes, held,
                               is_active, created_at, changed_at)
SELECT made.id, made.uid, made.code, concat_ws('-', nullif(made.slug, ''), made.id), brand.id, made.category_ids,
       made.names, made.descriptions, made.attributes, made.axes, made.held, made.is_active, %(at)s, %(at)s
  FROM (SELECT nextval(pg_get_serial_sequence('catalogue_product', 'id')) AS id, given.*
          FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
               uid uuid, code text, slug text, brand text, category_ids bigint[], names jsonb, descriptions jsonb,
               attributes jsonb, axes text[], held text[], is_active boolean)) AS made
  LEFT JOIN catalogue_brand AS brand ON lower(brand.name) = lower(made.brand)
RETURNING uid, id

-- name: update_products
-- Write products that have changed.
UPDATE catalogue_product AS product
   SET code = given.code, brand_id = brand.id, category_ids = given.category_ids, names = given.names,
       descriptions = given.descriptions, attributes = given.attributes, axes = given.axes, held = given.held,
       is_active = given.is_active, changed_at = %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       id bigint, code text, brand text, category_ids bigint[], names jsonb, descriptions jsonb, attributes jsonb,
       axes text[], held text[], is_active boolean)
  LEFT JOIN catalogue_brand AS brand ON lower(brand.name) = lower(given.brand)
 WHERE product.id = given.id

-- name: insert_variants
-- Add variants.
INSERT INTO catalogue_variant (product_id, sku, options, attributes, position, weight_g, tax, is_active,
                               held)
SELECT given.product_id, given.sku, given.options, given.attributes, given.position, given.weight_g, given.tax,
       given.is_active, given.held
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       product_id bigint, sku text, options jsonb, attributes jsonb, position integer, weight_g integer, tax text,
       is_active boolean, held text[])
RETURNING sku, id

-- name: update_variants
-- Write variants that have changed.
UPDATE catalogue_variant AS variant
   SET sku = given.sku, options = given.options, attributes = given.attributes, position = given.position,
       weight_g = given.weight_g, tax = given.tax, is_active = given.is_active,
       held = given.held
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       id bigint, sku text, options jsonb, attributes jsonb, position integer, weight_g integer, tax text,
       is_active boolean, held text[])
 WHERE variant.id = given.id

-- name: owners_of_gtins
-- Which variants hold these barcodes.
SELECT barcode.gtin, barcode.variant_id
  FROM unnest(%(gtins)s::text[]) AS wanted(gtin) JOIN catalogue_barcode AS barcode ON barcode.gtin = wanted.gtin

-- name: drop_barcodes
-- Take the barcodes off variants that get others.
DELETE FROM catalogue_barcode USING unnest(%(variants)s::bigint[]) AS wanted(id) WHERE variant_id = wanted.id

-- name: add_barcodes
-- Give variants their barcodes.
INSERT INTO catalogue_barcode (variant_id, text, gtin, problem)
SELECT given.variant, given.text, given.gtin, given.problem
  FROM unnest(%(variants)s::bigint[], %(texts)s::text[], %(gtins)s::text[], %(problems)s::text[])
       AS given(variant, text, gtin, problem)

-- name: drop_media
-- Take the pictures off products that get others.
DELETE FROM catalogue_media USING unnest(%(products)s::bigint[]) AS wanted(id) WHERE product_id = wanted.id

-- name: add_media
-- Give products their pictures.
INSERT INTO catalogue_media (product_id, variant_id, place, alt, position)
SELECT given.product, given.variant, given.place, given.alt, given.position
  FROM unnest(%(products)s::bigint[], %(variants)s::bigint[], %(places)s::text[], %(alts)s::text[],
              %(positions)s::integer[]) AS given(product, variant, place, alt, position)

-- name: absent
-- Active products that only this source tells of, and that are not among those it told of now.
SELECT product.id
  FROM catalogue_product AS product
 WHERE product.is_active AND NOT 'active' = ANY (product.held)
   AND EXISTS (SELECT FROM catalogue_external AS external
                WHERE external.kind = 'product' AND external.ref = product.id AND external.source_id = %(source)s
                  AND external.fingerprint IS NOT NULL)
   AND NOT EXISTS (SELECT FROM catalogue_external AS other
                    WHERE other.kind = 'product' AND other.ref = product.id AND other.source_id <> %(source)s
                      AND other.fingerprint IS NOT NULL)
   AND NOT EXISTS (SELECT FROM unnest(%(present)s::bigint[]) AS told(id) WHERE told.id = product.id)

-- name: active_of_source
-- How many active products this source tells of.
SELECT count(DISTINCT product.id)
  FROM catalogue_external AS external
  JOIN catalogue_product AS product ON product.id = external.ref AND product.is_active
 WHERE external.kind = 'product' AND external.source_id = %(source)s AND external.fingerprint IS NOT NULL

-- name: deactivate
-- Take products out of sale.
UPDATE catalogue_product AS product SET is_active = false, changed_at = %(at)s
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
 WHERE product.id = wanted.id AND product.is_active

-- name: forget_fingerprints
-- What a source said of these products no longer holds: when it says the same again, that is news.
UPDATE catalogue_external AS external SET fingerprint = NULL
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
 WHERE external.kind = 'product' AND external.source_id = %(source)s AND external.ref = wanted.id

-- name: categories_by_code
-- Categories by our own codes.
SELECT category.code, category.id
  FROM unnest(%(codes)s::text[]) AS wanted(code) JOIN catalogue_category AS category ON category.code = wanted.code

-- name: kept_categories
-- Every category as it is now.
SELECT id, code, parent_id, names, position, is_active, held FROM catalogue_category

-- name: insert_categories
-- Add categories; their places in the tree are written when all are there.
INSERT INTO catalogue_category (code, names, position, is_active, held)
SELECT given.code, given.names, given.position, given.is_active, coalesce(given.held, '{}')
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       code text, names jsonb, position integer, is_active boolean, held text[])
RETURNING code, id

-- name: update_categories
-- Write categories that have changed.
UPDATE catalogue_category AS category
   SET parent_id = given.parent_id, names = given.names, position = given.position, is_active = given.is_active,
       held = given.held
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       id bigint, parent_id bigint, names jsonb, position integer, is_active boolean, held text[])
 WHERE category.id = given.id

-- name: write_paths
-- Write every category's way from the top, where it has changed.
WITH RECURSIVE way AS (
    SELECT id, ARRAY[id] AS path FROM catalogue_category WHERE parent_id IS NULL
     UNION ALL
    SELECT category.id, way.path || category.id
      FROM way JOIN catalogue_category AS category ON category.parent_id = way.id
)
UPDATE catalogue_category AS category SET path = way.path
  FROM way WHERE way.id = category.id AND category.path IS DISTINCT FROM way.path
RETURNING category.id

-- name: products_of_categories
-- The products that stand in any of these categories.
SELECT product.id FROM catalogue_product AS product WHERE product.category_ids && %(ids)s::bigint[]

-- name: attributes
-- Every definition, in its order.
SELECT id, code, kind, names, unit, choices, is_filter, is_required, position, category_ids
  FROM catalogue_attribute ORDER BY position, code

-- name: put_attributes
-- Define attributes, or change their definitions.
INSERT INTO catalogue_attribute AS known (code, kind, names, unit, choices, is_filter, is_required, position,
                                           category_ids)
SELECT given.code, given.kind, given.names, given.unit, given.choices, given.is_filter, given.is_required,
       given.position, coalesce(given.category_ids, '{}')
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(
       code text, kind text, names jsonb, unit text, choices jsonb, is_filter boolean, is_required boolean,
       position integer, category_ids bigint[])
    ON CONFLICT (code) DO UPDATE
   SET kind = excluded.kind, names = excluded.names, unit = excluded.unit, choices = excluded.choices,
       is_filter = excluded.is_filter, is_required = excluded.is_required, position = excluded.position,
       category_ids = excluded.category_ids

-- name: ensure_axes
-- Add axes that are not known.
INSERT INTO catalogue_axis (code) SELECT DISTINCT given.code FROM unnest(%(codes)s::text[]) AS given(code)
    ON CONFLICT (code) DO NOTHING

-- name: forget_all_fingerprints
-- What any source says of these products next is news.
UPDATE catalogue_external AS external SET fingerprint = NULL
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
 WHERE external.kind = 'product' AND external.ref = wanted.id
