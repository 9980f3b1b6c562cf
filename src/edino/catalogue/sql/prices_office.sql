-- name: page
-- A page of variants by id, with what staff look for in SKU and name.
SELECT v.id, v.sku, coalesce(p.names ->> %(language)s, p.names ->> 'en', p.names ->> 'ru', v.sku) AS name
  FROM catalogue_variant AS v JOIN catalogue_product AS p ON p.id = v.product_id
 WHERE (%(q)s = '' OR v.sku ILIKE '%%' || %(q)s || '%%' OR p.names::text ILIKE '%%' || %(q)s || '%%')
   AND v.is_active AND p.is_active AND v.id > %(after)s
   AND (NOT %(excepted)s OR EXISTS (
        SELECT FROM catalogue_price_exception AS e
         WHERE e.starts_at <= %(at)s AND (e.ends_at IS NULL OR e.ends_at > %(at)s)
           AND (e.variant_id = v.id
                OR e.list_id IN (SELECT r.list_id FROM catalogue_price AS r WHERE r.variant_id = v.id))))
 ORDER BY v.id
 LIMIT %(limit)s;

-- name: variant
-- One variant, as the page of its price names it.
SELECT v.id, v.sku, coalesce(p.names ->> %(language)s, p.names ->> 'en', p.names ->> 'ru', v.sku) AS name, p.uid
  FROM catalogue_variant AS v JOIN catalogue_product AS p ON p.id = v.product_id
 WHERE v.id = %(id)s;
