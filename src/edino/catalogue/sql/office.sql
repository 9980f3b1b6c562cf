-- name: products
-- A page of products for those who keep them, with how complete each is.
WITH matched AS (
    SELECT product.id, found.title, product.changed_at, told.score,
           CASE %(sort)s::text WHEN 'changed_at' THEN extract(epoch FROM product.changed_at)::float8
                               WHEN 'score' THEN coalesce(told.score, -1)::float8 ELSE 0 END AS place
      FROM catalogue_searchable AS found
      JOIN catalogue_product AS product ON product.id = found.product_id
      LEFT JOIN LATERAL catalogue_completeness(product.id) AS told ON %(scored)s::boolean
     WHERE (%(query)s::text IS NULL OR found.words @@ %(query)s::text::tsquery)
       AND (%(active)s::boolean IS NULL OR product.is_active = %(active)s::boolean)
       AND (%(category)s::text = '' OR found.facets @> ARRAY[%(category)s::text])
       AND (%(missing)s::text = '' OR %(missing)s::text = ANY (told.missing)
            OR EXISTS (SELECT FROM unnest(told.missing) AS word WHERE starts_with(word, %(missing)s::text || ':')))
), page AS (
    SELECT matched.*, (SELECT count(*) FROM matched) AS total
      FROM matched
     WHERE %(after_id)s::bigint IS NULL
        OR CASE WHEN %(descending)s::boolean
                THEN (place, title, id) < (%(after_place)s::float8, %(after_title)s::text, %(after_id)s::bigint)
                ELSE (place, title, id) > (%(after_place)s::float8, %(after_title)s::text, %(after_id)s::bigint) END
     ORDER BY CASE WHEN %(descending)s::boolean THEN place END DESC,
              CASE WHEN %(descending)s::boolean THEN title END DESC,
              CASE WHEN %(descending)s::boolean THEN id END DESC, place, title, id
     LIMIT %(limit)s
)
SELECT product.id, product.uid, product.names, coalesce(brand.name, '') AS brand, product.is_active,
       product.changed_at, page.title, page.total, told.score, coalesce(told.missing, '{}') AS missing,
       (SELECT media.id FROM catalogue_media AS media WHERE media.product_id = product.id
         ORDER BY media.position LIMIT 1) AS image,
       (SELECT count(*) FROM catalogue_variant AS variant WHERE variant.product_id = product.id AND variant.is_active)
           AS variants,
       (SELECT min(variant.sku) FROM catalogue_variant AS variant WHERE variant.product_id = product.id) AS sku
  FROM page
  JOIN catalogue_product AS product ON product.id = page.id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
  LEFT JOIN LATERAL catalogue_completeness(product.id) AS told ON true
 ORDER BY CASE WHEN %(descending)s::boolean THEN page.place END DESC,
          CASE WHEN %(descending)s::boolean THEN page.title END DESC,
          CASE WHEN %(descending)s::boolean THEN page.id END DESC, page.place, page.title, page.id

-- name: place
-- Where a product stands in the order of the list.
SELECT found.title,
       CASE %(sort)s::text WHEN 'changed_at' THEN extract(epoch FROM product.changed_at)::float8
                           WHEN 'score' THEN coalesce((SELECT score FROM catalogue_completeness(product.id)), -1)::float8
                           ELSE 0 END AS place
  FROM catalogue_searchable AS found
  JOIN catalogue_product AS product ON product.id = found.product_id
 WHERE product.id = %(id)s

-- name: labels
-- What is printed on labels: the variants in sale of these products.
SELECT product.id AS product_id, product.names, variant.id, variant.sku, variant.options
  FROM unnest(%(products)s::bigint[]) WITH ORDINALITY AS wanted(id, place)
  JOIN catalogue_product AS product ON product.id = wanted.id
  LEFT JOIN catalogue_variant AS variant ON variant.product_id = product.id AND variant.is_active
 ORDER BY wanted.place, variant.position, variant.id

-- name: categories
-- Every category with how many products stand on it, and which sources tell of it.
SELECT category.id, category.code, category.parent_id, category.path, category.names, category.position,
       category.is_active, category.held, coalesce(stands.products, 0) AS products,
       coalesce(told.sources, '{}') AS sources
  FROM catalogue_category AS category
  LEFT JOIN (SELECT shelf.id, count(*) AS products
               FROM catalogue_product AS product CROSS JOIN unnest(product.category_ids) AS shelf(id)
              GROUP BY shelf.id) AS stands ON stands.id = category.id
  LEFT JOIN (SELECT external.ref, array_agg(DISTINCT source.name ORDER BY source.name) AS sources
               FROM catalogue_external AS external JOIN pub.channels_source AS source ON source.id = external.source_id
              WHERE external.kind = 'category' GROUP BY external.ref) AS told ON told.ref = category.id
 ORDER BY category.position, category.code

-- name: attribute_uses
-- How many products say something of each attribute, themselves or in a variant.
SELECT said.code, count(DISTINCT said.product_id) AS products
  FROM (SELECT product.id AS product_id, own.code
          FROM catalogue_product AS product CROSS JOIN jsonb_object_keys(product.attributes) AS own(code)
        UNION ALL
        SELECT variant.product_id, own.code
          FROM catalogue_variant AS variant CROSS JOIN jsonb_object_keys(variant.attributes) AS own(code)) AS said
 GROUP BY said.code

-- name: axes_in_use
-- By what variants differ, in their order, and in how many products.
SELECT axis.code, axis.names, axis.position, coalesce(used.products, 0) AS products
  FROM catalogue_axis AS axis
  LEFT JOIN (SELECT named.code, count(*) AS products
               FROM catalogue_product AS product CROSS JOIN unnest(product.axes) AS named(code)
              GROUP BY named.code) AS used ON used.code = axis.code
 ORDER BY axis.position, axis.code

-- name: put_axis
-- Say what an axis is called.
UPDATE catalogue_axis SET names = %(names)s::jsonb, position = %(position)s WHERE code = %(code)s
