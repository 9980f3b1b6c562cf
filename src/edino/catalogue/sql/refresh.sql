-- name: refresh_searchable
-- Write anew by which words and facets products are found.
INSERT INTO catalogue_searchable AS kept (product_id, words, facets, title)
SELECT product.id,
       setweight(to_tsvector('russian', said.name) || to_tsvector('english', said.name)
                 || to_tsvector('simple', said.name) || to_tsvector('simple', catalogue_fold(said.name))
                 || array_to_tsvector(coalesce(codes.found, '{}')), 'A')
       || setweight(to_tsvector('russian', said.shelf) || to_tsvector('english', said.shelf)
                    || to_tsvector('simple', said.shelf) || to_tsvector('simple', catalogue_fold(said.shelf)), 'B')
       || setweight(to_tsvector('russian', said.attributes) || to_tsvector('english', said.attributes)
                    || to_tsvector('simple', said.attributes), 'C')
       || setweight(to_tsvector('russian', said.description) || to_tsvector('english', said.description), 'D'),
       coalesce(facets.found, '{}'),
       left(lower(coalesce(product.names ->> (SELECT languages[1] FROM catalogue_assortment WHERE is_default),
                           said.name, '')), 200)
  FROM unnest(%(ids)s::bigint[]) AS wanted(id)
  JOIN catalogue_product AS product ON product.id = wanted.id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
  LEFT JOIN LATERAL (
       SELECT string_agg(name.value, ' ') AS names,
              array_agg(DISTINCT 'c:' || step) FILTER (WHERE step IS NOT NULL) AS facets
         FROM catalogue_category AS category
         LEFT JOIN LATERAL jsonb_each_text(category.names) AS name ON true
         LEFT JOIN LATERAL unnest(category.path) AS step ON true
        WHERE category.id = ANY (product.category_ids)) AS shelf ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(DISTINCT 'o:' || choice.key || '=' || choice.value) FILTER (WHERE choice.key IS NOT NULL)
              AS facets,
              string_agg(DISTINCT choice.value, ' ') AS words
         FROM catalogue_variant AS variant
         LEFT JOIN LATERAL jsonb_each_text(variant.options) AS choice ON true
        WHERE variant.product_id = product.id AND variant.is_active) AS choices ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(DISTINCT 'a:' || spoken.key || '=' || spoken.value) FILTER (WHERE attribute.is_filter)
              AS facets,
              string_agg(CASE attribute.kind
                         WHEN 'choice' THEN (SELECT string_agg(word.value, ' ')
                                               FROM jsonb_each_text(attribute.choices -> spoken.value) AS word)
                         WHEN 'text' THEN spoken.value END, ' ') AS words
         FROM (SELECT * FROM jsonb_each_text(product.attributes)
               UNION
               SELECT own.key, own.value
                 FROM catalogue_variant AS variant, jsonb_each_text(variant.attributes) AS own
                WHERE variant.product_id = product.id AND variant.is_active) AS spoken
         JOIN catalogue_attribute AS attribute ON attribute.code = spoken.key) AS traits ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(DISTINCT code.text) FILTER (WHERE code.text <> '') AS found
         FROM (SELECT lower(product.code) AS text WHERE product.code IS NOT NULL
               UNION ALL
               SELECT lower(variant.sku) FROM catalogue_variant AS variant WHERE variant.product_id = product.id
               UNION ALL
               SELECT lower(barcode.text) FROM catalogue_variant AS variant
                 JOIN catalogue_barcode AS barcode ON barcode.variant_id = variant.id
                WHERE variant.product_id = product.id) AS code) AS codes ON true
 CROSS JOIN LATERAL (
       SELECT coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text(product.names)), '') AS name,
              concat_ws(' ', brand.name, shelf.names) AS shelf,
              concat_ws(' ', choices.words, traits.words) AS attributes,
              coalesce((SELECT string_agg(value, ' ') FROM jsonb_each_text(product.descriptions)), '') AS description
       ) AS said
 CROSS JOIN LATERAL (
       SELECT array_remove('b:' || brand.name || coalesce(shelf.facets, '{}') || coalesce(choices.facets, '{}')
                           || coalesce(traits.facets, '{}'), NULL) AS found) AS facets
    ON CONFLICT (product_id) DO UPDATE SET words = excluded.words, facets = excluded.facets, title = excluded.title

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
                WHERE attribute.is_required AND NOT product.attributes ? attribute.code) AS unsaid,
              (SELECT count(*) FROM catalogue_attribute AS attribute WHERE attribute.is_required) AS required) AS known
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
