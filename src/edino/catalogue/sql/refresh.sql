-- name: refresh_searchable
-- Write anew by which words and facets products are found. The Russian configuration stems English words as English.
WITH wanted AS MATERIALIZED (
    SELECT product.id, product.code, product.names, product.descriptions, product.attributes, product.category_ids,
           brand.name AS brand
      FROM unnest(%(ids)s::bigint[]) AS given(id)
      JOIN catalogue_product AS product ON product.id = given.id
      LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
), sold AS MATERIALIZED (
    SELECT variant.id, variant.product_id, variant.sku, variant.options, variant.attributes, variant.is_active
      FROM wanted JOIN catalogue_variant AS variant ON variant.product_id = wanted.id
), codes AS (
    SELECT code.product_id, array_agg(DISTINCT lower(code.text)) AS found
      FROM (SELECT id AS product_id, wanted.code AS text FROM wanted
            UNION ALL
            SELECT product_id, sku FROM sold
            UNION ALL
            SELECT sold.product_id, barcode.text
              FROM sold JOIN catalogue_barcode AS barcode ON barcode.variant_id = sold.id) AS code
     WHERE code.text <> ''
     GROUP BY code.product_id
), choices AS (
    SELECT sold.product_id, array_agg(DISTINCT 'o:' || choice.key || '=' || choice.value) AS facets,
           string_agg(DISTINCT choice.value, ' ') AS words
      FROM sold CROSS JOIN LATERAL jsonb_each_text(sold.options) AS choice
     WHERE sold.is_active
     GROUP BY sold.product_id
), traits AS (
    SELECT spoken.product_id,
           array_agg(DISTINCT 'a:' || spoken.key || '=' || spoken.value) FILTER (WHERE attribute.is_filter) AS facets,
           string_agg(CASE attribute.kind
                      WHEN 'choice' THEN (SELECT string_agg(word.value, ' ')
                                            FROM jsonb_each_text(attribute.choices -> spoken.value) AS word)
                      WHEN 'text' THEN spoken.value END, ' ') AS words
      FROM (SELECT wanted.id AS product_id, own.key, own.value
              FROM wanted CROSS JOIN LATERAL jsonb_each_text(wanted.attributes) AS own
            UNION
            SELECT sold.product_id, own.key, own.value
              FROM sold CROSS JOIN LATERAL jsonb_each_text(sold.attributes) AS own WHERE sold.is_active) AS spoken
      JOIN catalogue_attribute AS attribute ON attribute.code = spoken.key
     GROUP BY spoken.product_id
), shelves AS (
    SELECT wanted.id AS product_id, string_agg(DISTINCT name.value, ' ') AS names,
           array_agg(DISTINCT 'c:' || step.id) FILTER (WHERE step.id IS NOT NULL) AS facets
      FROM wanted
     CROSS JOIN LATERAL unnest(wanted.category_ids) AS stands(id)
      JOIN catalogue_category AS category ON category.id = stands.id
      LEFT JOIN LATERAL jsonb_each_text(category.names) AS name ON true
      LEFT JOIN LATERAL unnest(category.path) AS step(id) ON true
     GROUP BY wanted.id
), said AS MATERIALIZED (
    SELECT wanted.id,
           coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text(wanted.names)), '') AS name,
           coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text(wanted.descriptions)), '') AS description,
           concat_ws(' ', wanted.brand, shelves.names) AS shelf,
           concat_ws(' ', choices.words, traits.words) AS attributes,
           coalesce(codes.found, '{}') AS codes,
           array_remove('b:' || wanted.brand || coalesce(shelves.facets, '{}') || coalesce(choices.facets, '{}')
                        || coalesce(traits.facets, '{}'), NULL) AS facets,
           wanted.names ->> (SELECT languages[1] FROM catalogue_assortment WHERE is_default) AS title
      FROM wanted
      LEFT JOIN codes ON codes.product_id = wanted.id
      LEFT JOIN choices ON choices.product_id = wanted.id
      LEFT JOIN traits ON traits.product_id = wanted.id
      LEFT JOIN shelves ON shelves.product_id = wanted.id
)
INSERT INTO catalogue_searchable AS kept (product_id, words, facets, title)
SELECT said.id,
       setweight(to_tsvector('russian', said.name) || to_tsvector('simple', catalogue_fold(said.name))
                 || array_to_tsvector(said.codes), 'A')
       || setweight(to_tsvector('russian', said.shelf) || to_tsvector('simple', catalogue_fold(said.shelf)), 'B')
       || setweight(to_tsvector('russian', said.attributes), 'C')
       || setweight(to_tsvector('russian', said.description), 'D'),
       said.facets, left(lower(coalesce(said.title, said.name)), 200)
  FROM said
    ON CONFLICT (product_id) DO UPDATE SET words = excluded.words, facets = excluded.facets, title = excluded.title
 WHERE (kept.words, kept.facets, kept.title) IS DISTINCT FROM (excluded.words, excluded.facets, excluded.title)

-- name: refresh_presence
-- Write anew where products are offered and what their presentation lacks there.
INSERT INTO catalogue_presence AS kept (assortment_id, product_id, is_listed, wanted, missing)
SELECT assortment.id, product.id, product.is_active AND coalesce(listing.is_listed, assortment.rule = 'all'),
       told.wanted, told.missing
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
  JOIN catalogue_product AS product ON product.id = wanted.id
  LEFT JOIN LATERAL (
       SELECT count(*) AS variants,
              count(*) FILTER (WHERE NOT EXISTS (SELECT FROM catalogue_barcode AS barcode
                                                  WHERE barcode.variant_id = variant.id AND barcode.gtin IS NOT NULL)
                              ) AS bare
         FROM catalogue_variant AS variant
        WHERE variant.product_id = product.id AND variant.is_active) AS sold ON true
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM catalogue_media AS media WHERE media.product_id = product.id) AS pictured,
              (SELECT coalesce(array_agg('attribute:' || attribute.code ORDER BY attribute.position, attribute.code),
                               '{}')
                 FROM catalogue_attribute AS attribute
                WHERE attribute.is_required AND NOT product.attributes ? attribute.code
                  AND (attribute.category_ids = '{}' OR attribute.category_ids && ways.above)) AS unsaid,
              (SELECT count(*) FROM catalogue_attribute AS attribute
                WHERE attribute.is_required
                  AND (attribute.category_ids = '{}' OR attribute.category_ids && ways.above)) AS required
         FROM (SELECT ARRAY(SELECT step.id
                              FROM catalogue_category AS category, unnest(category.path) AS step(id)
                             WHERE category.id = ANY (product.category_ids)) AS above) AS ways) AS known
 CROSS JOIN catalogue_assortment AS assortment
  LEFT JOIN catalogue_listing AS listing
         ON listing.assortment_id = assortment.id AND listing.product_id = product.id
 CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(lack.word ORDER BY lack.place), '{}')
              || CASE WHEN product.category_ids = '{}' THEN ARRAY['category'] ELSE '{}' END
              || CASE WHEN NOT known.pictured THEN ARRAY['image'] ELSE '{}' END
              || CASE WHEN sold.variants = 0 THEN ARRAY['variant'] ELSE '{}' END
              || CASE WHEN sold.variants = 0 OR sold.bare > 0 THEN ARRAY['barcode'] ELSE '{}' END
              || known.unsaid AS missing,
              2 * cardinality(assortment.languages) + 4 + known.required AS wanted
         FROM (SELECT 'name:' || language AS word, place
                 FROM unnest(assortment.languages) WITH ORDINALITY AS spoken(language, place)
                WHERE coalesce(product.names ->> language, '') = ''
               UNION ALL
               SELECT 'description:' || language, place + 100
                 FROM unnest(assortment.languages) WITH ORDINALITY AS spoken(language, place)
                WHERE coalesce(product.descriptions ->> language, '') = '') AS lack) AS told
    ON CONFLICT (assortment_id, product_id) DO UPDATE
   SET is_listed = excluded.is_listed, wanted = excluded.wanted, missing = excluded.missing
 WHERE (kept.is_listed, kept.wanted, kept.missing)
       IS DISTINCT FROM (excluded.is_listed, excluded.wanted, excluded.missing)

-- name: all_products
-- Every product's id.
SELECT id FROM catalogue_product ORDER BY id

-- name: uids
-- The public ids of products.
SELECT product.id, product.uid
  FROM unnest(%(ids)s::bigint[]) AS wanted(id) JOIN catalogue_product AS product ON product.id = wanted.id
