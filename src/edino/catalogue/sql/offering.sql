-- name: put_assortment
-- Add an assortment or change it.
INSERT INTO catalogue_assortment AS kept (code, name, currency, languages, region, channels, rule, is_default)
VALUES (%(code)s, %(name)s, %(currency)s, %(languages)s::text[], %(region)s, %(channels)s::text[], %(rule)s, false)
    ON CONFLICT (code) DO UPDATE
   SET name = excluded.name, currency = excluded.currency, languages = excluded.languages, region = excluded.region,
       channels = excluded.channels, rule = excluded.rule
RETURNING id

-- name: drop_channels
-- A channel belongs to one assortment: take these from the others.
UPDATE catalogue_assortment
   SET channels = ARRAY(SELECT unnest(channels) EXCEPT SELECT unnest(%(channels)s::text[]))
 WHERE id <> %(id)s AND channels && %(channels)s::text[]

-- name: make_default
-- Make one assortment the default.
UPDATE catalogue_assortment SET is_default = id = %(id)s WHERE is_default OR id = %(id)s

-- name: undefault
-- No assortment is the default for a moment, since there can be only one.
UPDATE catalogue_assortment SET is_default = false WHERE is_default AND id <> %(id)s

-- name: put_listings
-- Put products into an assortment, or take them out of it, by hand.
INSERT INTO catalogue_listing AS kept (assortment_id, product_id, is_listed, reason)
SELECT %(assortment)s, given.id, %(listed)s, %(reason)s FROM unnest(%(products)s::bigint[]) AS given(id)
    ON CONFLICT (assortment_id, product_id) DO UPDATE SET is_listed = excluded.is_listed, reason = excluded.reason

-- name: drop_listings
-- Let the rule of the assortment decide again.
DELETE FROM catalogue_listing USING unnest(%(products)s::bigint[]) AS given(id)
 WHERE assortment_id = %(assortment)s AND product_id = given.id

-- name: ids_of
-- The internal ids of products.
SELECT product.uid, product.id
  FROM unnest(%(uids)s::uuid[]) AS given(uid) JOIN catalogue_product AS product ON product.uid = given.uid

-- name: count_offered
-- How many products each assortment offers, and how many of them are fully presented.
SELECT presence.assortment_id, count(*) FILTER (WHERE presence.is_listed) AS listed,
       count(*) FILTER (WHERE presence.is_listed AND presence.missing = '{}'
                          AND catalogue_priced(presence.product_id, assortment.currency)) AS complete
  FROM catalogue_presence AS presence
  JOIN catalogue_assortment AS assortment ON assortment.id = presence.assortment_id
 GROUP BY presence.assortment_id

-- name: differences
-- Products that some assortments offer and others do not, by name.
SELECT product.id, product.uid, product.names, found.title,
       array_agg(presence.assortment_id ORDER BY presence.assortment_id) FILTER (WHERE presence.is_listed) AS listed,
       array_agg(presence.assortment_id ORDER BY presence.assortment_id) FILTER (WHERE NOT presence.is_listed)
           AS unlisted,
       coalesce(string_agg(DISTINCT listing.reason, '; ') FILTER (WHERE listing.reason <> ''), '') AS reasons
  FROM catalogue_presence AS presence
  JOIN catalogue_product AS product ON product.id = presence.product_id AND product.is_active
  JOIN catalogue_searchable AS found ON found.product_id = product.id
  LEFT JOIN catalogue_listing AS listing
         ON listing.assortment_id = presence.assortment_id AND listing.product_id = presence.product_id
 WHERE (%(after_title)s::text IS NULL OR (found.title, product.id) > (%(after_title)s::text, %(after_id)s::bigint))
 GROUP BY product.id, found.title
HAVING bool_or(presence.is_listed) AND NOT bool_and(presence.is_listed)
 ORDER BY found.title, product.id
 LIMIT %(limit)s

-- name: count_differences
-- How many products some assortments offer and others do not.
SELECT count(*)
  FROM (SELECT presence.product_id
          FROM catalogue_presence AS presence
          JOIN catalogue_product AS product ON product.id = presence.product_id AND product.is_active
         GROUP BY presence.product_id
        HAVING bool_or(presence.is_listed) AND NOT bool_and(presence.is_listed)) AS different
