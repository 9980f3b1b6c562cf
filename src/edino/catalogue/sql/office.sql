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
