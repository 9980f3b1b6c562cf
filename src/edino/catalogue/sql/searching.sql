-- name: query
-- What was typed as a search: each word in its Russian or English stem, as a prefix, in the other alphabet's letters,
-- or as the keys mean on the other keyboard. Folding makes doubled letters one: what that leaves of a word must still
-- say something, or zzzz would be everything that begins with a z.
SELECT string_agg('(' || word.alternatives || ')', ' & ' ORDER BY typed.place)
  FROM unnest(%(words)s::text[], %(swapped)s::text[]) WITH ORDINALITY AS typed(word, swapped, place)
 CROSS JOIN LATERAL (SELECT trim('''' FROM plainto_tsquery('russian', typed.word)::text) AS text) AS stem
 CROSS JOIN LATERAL (
       SELECT string_agg(DISTINCT choice.text, ' | ') AS alternatives
         FROM (VALUES (plainto_tsquery('russian', typed.word)::text), (catalogue_prefix(typed.word)),
                      (CASE WHEN length(catalogue_fold(typed.word)) >= least(length(typed.word), 3)
                            THEN catalogue_prefix(catalogue_fold(typed.word)) END),
                      (CASE WHEN length(stem.text) > 3 AND length(catalogue_fold(stem.text)) > 2
                            THEN catalogue_prefix(catalogue_fold(stem.text)) END),
                      (plainto_tsquery('russian', typed.swapped)::text),
                      (CASE WHEN length(catalogue_fold(typed.swapped)) >= least(length(typed.swapped), 3)
                            THEN catalogue_prefix(catalogue_fold(typed.swapped)) END)) AS choice(text)
        WHERE choice.text <> '') AS word
 WHERE word.alternatives <> ''

-- name: search
-- A page of what an assortment offers under some words and facets, in an order, with the number of all of it.
WITH matched AS MATERIALIZED (
    SELECT found.product_id, found.title,
           CASE %(sort)s::text
           WHEN 'relevance' THEN round(-1e6 * ts_rank('{0.05,0.2,0.4,1}', found.words, %(query)s::text::tsquery))
           WHEN 'rating' THEN round(-1000.0 * (product.rating_sum + 3.5 * 5) / (product.rating_count + 5))
           WHEN 'new' THEN -found.product_id
           WHEN 'price' THEN coalesce(price.amount, 9e15)
           WHEN '-price' THEN -coalesce(price.amount, -9e15)
           ELSE 0 END::double precision AS place
      FROM catalogue_searchable AS found
      JOIN catalogue_presence AS presence
        ON presence.product_id = found.product_id AND presence.assortment_id = %(assortment)s AND presence.is_listed
      LEFT JOIN catalogue_product AS product ON %(sort)s::text = 'rating' AND product.id = found.product_id
      LEFT JOIN LATERAL (
           SELECT min(chosen.amount) AS amount
             FROM (SELECT DISTINCT ON (variant.id) now.amount
                     FROM catalogue_variant AS variant
                     JOIN catalogue_price_list AS list
                       ON list.currency = %(currency)s AND list.is_active AND NOT list.is_reserved
                      AND list.customer_group = '' AND list.region IN ('', %(region)s)
                      AND (list.starts_at IS NULL OR list.starts_at <= %(at)s)
                      AND (list.ends_at IS NULL OR list.ends_at > %(at)s)
                    CROSS JOIN LATERAL catalogue_price_at(list.id, variant.id, %(at)s) AS now
                    WHERE variant.product_id = found.product_id AND variant.is_active
                    ORDER BY variant.id, list.priority DESC, now.amount, list.id) AS chosen) AS price
        ON %(priced)s::boolean
     WHERE (%(query)s::text IS NULL OR found.words @@ %(query)s::text::tsquery)
       AND (%(any1)s::text[] IS NULL OR found.facets && %(any1)s::text[])
       AND (%(any2)s::text[] IS NULL OR found.facets && %(any2)s::text[])
       AND (%(any3)s::text[] IS NULL OR found.facets && %(any3)s::text[])
       AND (%(any4)s::text[] IS NULL OR found.facets && %(any4)s::text[])
       AND (%(any5)s::text[] IS NULL OR found.facets && %(any5)s::text[])
       AND (%(any6)s::text[] IS NULL OR found.facets && %(any6)s::text[])
       AND (%(price_from)s::bigint IS NULL OR price.amount >= %(price_from)s::bigint)
       AND (%(price_to)s::bigint IS NULL OR price.amount <= %(price_to)s::bigint)
), page AS (
    SELECT matched.*, (SELECT count(*) FROM matched) AS total
      FROM matched
     WHERE %(after_place)s::double precision IS NULL
        OR (place, title, product_id) > (%(after_place)s::double precision, %(after_title)s::text, %(after_id)s::bigint)
     ORDER BY place, title, product_id
     LIMIT %(limit)s
)
SELECT product.id, product.uid, product.slug, product.names, coalesce(brand.name, '') AS brand,
       (SELECT media.id FROM catalogue_media AS media WHERE media.product_id = product.id
         ORDER BY media.position LIMIT 1) AS image,
       coalesce((SELECT array_agg(variant.id ORDER BY variant.position, variant.id) FROM catalogue_variant AS variant
                  WHERE variant.product_id = product.id AND variant.is_active), '{}') AS variant_ids,
       product.rating_count, product.rating_sum, product.is_active, page.total, page.place, page.title
  FROM page
  JOIN catalogue_product AS product ON product.id = page.product_id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
 ORDER BY page.place, page.title, page.product_id

-- name: facets
-- How many products of the answer have each facet, or each that begins with a word.
SELECT one.facet, count(*) AS products
  FROM catalogue_searchable AS found
  JOIN catalogue_presence AS presence
    ON presence.product_id = found.product_id AND presence.assortment_id = %(assortment)s AND presence.is_listed
 CROSS JOIN LATERAL unnest(found.facets) AS one(facet)
 WHERE (%(query)s::text IS NULL OR found.words @@ %(query)s::text::tsquery)
   AND (%(any1)s::text[] IS NULL OR found.facets && %(any1)s::text[])
   AND (%(any2)s::text[] IS NULL OR found.facets && %(any2)s::text[])
   AND (%(any3)s::text[] IS NULL OR found.facets && %(any3)s::text[])
   AND (%(any4)s::text[] IS NULL OR found.facets && %(any4)s::text[])
   AND (%(any5)s::text[] IS NULL OR found.facets && %(any5)s::text[])
   AND (%(any6)s::text[] IS NULL OR found.facets && %(any6)s::text[])
   AND (%(only)s::text = '' OR starts_with(one.facet, %(only)s::text))
 GROUP BY one.facet
