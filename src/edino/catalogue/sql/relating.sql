-- name: features
-- What products have in common: their facets, and the words of their names and shelves.
SELECT found.product_id, found.facets || tsvector_to_array(ts_filter(found.words, '{a,b}'))
  FROM catalogue_searchable AS found
  JOIN catalogue_product AS product ON product.id = found.product_id AND product.is_active

-- name: products_of_variants
-- Which products variants belong to.
SELECT id, product_id FROM catalogue_variant

-- name: drop_related
-- Forget what belonged together before.
DELETE FROM catalogue_related WHERE kind = %(kind)s

-- name: add_related
-- Note what belongs together, the best first.
INSERT INTO catalogue_related (product_id, kind, place, other_id, score)
SELECT given.product, %(kind)s, given.place, given.other, given.score
  FROM unnest(%(products)s::bigint[], %(places)s::integer[], %(others)s::bigint[], %(scores)s::float8[])
       AS given(product, place, other, score)

-- name: related
-- What is offered beside a product, the best first.
SELECT product.id, product.uid, product.slug, product.names, coalesce(brand.name, '') AS brand,
       (SELECT media.id FROM catalogue_media AS media WHERE media.product_id = product.id
         ORDER BY media.position LIMIT 1) AS image,
       coalesce((SELECT array_agg(variant.id ORDER BY variant.position, variant.id) FROM catalogue_variant AS variant
                  WHERE variant.product_id = product.id AND variant.is_active), '{}') AS variant_ids,
       product.rating_count, product.rating_sum, product.is_active, 0::bigint AS total, related.score AS place,
       '' AS title
  FROM catalogue_related AS related
  JOIN catalogue_presence AS presence
    ON presence.product_id = related.other_id AND presence.assortment_id = %(assortment)s AND presence.is_listed
  JOIN catalogue_product AS product ON product.id = related.other_id
  LEFT JOIN catalogue_brand AS brand ON brand.id = product.brand_id
 WHERE related.product_id = %(product)s AND related.kind = %(kind)s
 ORDER BY related.place
 LIMIT %(limit)s
