-- name: prices
-- What each variant costs at a moment, with the regular price, the lowest of 30 days, and the exception if there is one.
WITH asked AS (
    SELECT variant_id FROM unnest(%(variants)s::bigint[]) AS given(variant_id)
), exceptions AS (
    SELECT id, variant_id, list_id, amount, reason, starts_at, ends_at FROM catalogue_price_exception
     WHERE channel_id = %(channel)s AND currency = %(currency)s
       AND starts_at <= %(at)s AND (ends_at IS NULL OR %(at)s < ends_at)
), lists AS (
    SELECT l.id, l.code, l.priority, e.id AS exception_id, e.reason, least(l.ends_at, e.ends_at) AS ends_at
      FROM catalogue_price_list AS l
      LEFT JOIN exceptions AS e ON e.list_id = l.id
     WHERE l.currency = %(currency)s AND l.is_active AND (NOT l.is_reserved OR e.id IS NOT NULL)
       AND l.region IN ('', %(region)s) AND (l.customer_group = '' OR l.customer_group = ANY (%(groups)s::text[]))
       AND (l.starts_at IS NULL OR l.starts_at <= %(at)s) AND (l.ends_at IS NULL OR %(at)s < l.ends_at)
), offered AS (
    SELECT a.variant_id, l.id AS list_id, l.code, l.reason, p.amount, p.regular, p.starts_at, p.ends_at,
           l.ends_at AS list_ends_at,
           row_number() OVER (PARTITION BY a.variant_id
                              ORDER BY coalesce(l.exception_id, 0) DESC, l.priority DESC, p.amount, l.id) AS place
      FROM asked AS a
     CROSS JOIN lists AS l
     CROSS JOIN LATERAL catalogue_price_at(l.id, a.variant_id, %(at)s) AS p
), own AS (
    SELECT DISTINCT ON (variant_id) variant_id, amount, reason, ends_at FROM exceptions
     WHERE variant_id IS NOT NULL ORDER BY variant_id, id DESC
), chosen AS (
    SELECT a.variant_id, o.list_id, o.code, coalesce(own.reason, o.reason) AS reason,
           coalesce(own.amount, o.amount) AS unit, own.amount IS NOT NULL AS is_own,
           CASE WHEN own.amount IS NULL THEN greatest(o.regular, o.amount) ELSE own.amount END AS list_price,
           o.starts_at, least(o.ends_at, o.list_ends_at, own.ends_at) AS ends_at,
           own.amount IS NULL AND o.ends_at IS NOT NULL AND coalesce(o.amount < o.regular, false) AS reduced
      FROM asked AS a
      LEFT JOIN offered AS o ON o.variant_id = a.variant_id AND o.place = 1
      LEFT JOIN own ON own.variant_id = a.variant_id
     WHERE coalesce(own.amount, o.amount) IS NOT NULL
)
SELECT c.variant_id, c.unit, c.list_price, lowest.amount AS lowest_30d,
       coalesce(c.code, '') AS price_list, c.reason AS exception, least(c.ends_at, coming.starts_at) AS valid_until
  FROM chosen AS c
 CROSS JOIN LATERAL (
       SELECT CASE WHEN c.reduced THEN c.starts_at ELSE %(at)s END - interval '30 days' AS since,
              CASE WHEN c.reduced THEN c.starts_at ELSE %(at)s END AS until) AS span
  LEFT JOIN LATERAL (
       SELECT min(p.amount) AS amount
         FROM (SELECT span.since AS moment
                UNION
               SELECT b.moment FROM catalogue_price AS r
                CROSS JOIN LATERAL (VALUES (r.starts_at), (r.ends_at)) AS b (moment)
                WHERE r.list_id = c.list_id AND r.variant_id = c.variant_id AND r.starts_at <= span.until
                  AND b.moment > span.since
                  AND (b.moment < span.until OR (b.moment = span.until AND NOT c.reduced))) AS points
        CROSS JOIN LATERAL catalogue_price_at(c.list_id, c.variant_id, points.moment) AS p) AS lowest
       ON NOT c.is_own
  LEFT JOIN LATERAL (
       SELECT min(r.starts_at) AS starts_at FROM catalogue_price AS r JOIN lists AS l ON l.id = r.list_id
        WHERE r.variant_id = c.variant_id AND r.starts_at > %(at)s) AS coming ON true;

-- name: lists
-- Every price list; how many variants have a row in it where that is asked for.
SELECT l.id, l.code, l.name, l.currency, l.region, l.customer_group, l.priority, l.is_active AS active,
       l.is_reserved AS reserved, l.starts_at, l.ends_at,
       CASE WHEN %(counted)s THEN (SELECT count(DISTINCT p.variant_id) FROM catalogue_price AS p
                                    WHERE p.list_id = l.id) ELSE 0 END AS prices
  FROM catalogue_price_list AS l
 ORDER BY l.priority DESC, l.code;

-- name: save_list
-- Make a price list or change the one of this code; nothing comes back when nothing changes.
INSERT INTO catalogue_price_list AS l
       (code, name, currency, region, customer_group, priority, is_active, is_reserved, starts_at, ends_at)
VALUES (%(code)s, %(name)s, %(currency)s, %(region)s, %(customer_group)s, %(priority)s, %(active)s, %(reserved)s,
        %(starts_at)s::timestamptz, %(ends_at)s::timestamptz)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, region = excluded.region,
       customer_group = excluded.customer_group, priority = excluded.priority, is_active = excluded.is_active,
       is_reserved = excluded.is_reserved, starts_at = excluded.starts_at, ends_at = excluded.ends_at
 WHERE (l.name, l.region, l.customer_group, l.priority, l.is_active, l.is_reserved, l.starts_at, l.ends_at)
    IS DISTINCT FROM (excluded.name, excluded.region, excluded.customer_group, excluded.priority, excluded.is_active,
                      excluded.is_reserved, excluded.starts_at, excluded.ends_at)
RETURNING l.id;

-- name: lock_lists
-- Let one writer at a time into these lists, in the order of their ids.
SELECT id, code FROM catalogue_price_list WHERE code = ANY (%(codes)s::text[]) ORDER BY id FOR NO KEY UPDATE;

-- name: variants_of_skus
-- Variants by their SKU.
SELECT v.sku, v.id FROM unnest(%(skus)s::text[]) AS given(sku) JOIN catalogue_variant AS v ON v.sku = given.sku;

-- name: known_rows
-- What decides about new rows of these pairs: prices in force or to come, those starting when a new one does, the newest.
SELECT DISTINCT p.id, p.list_id, p.variant_id, p.amount, p.starts_at, p.ends_at
  FROM unnest(%(lists)s::bigint[], %(variants)s::bigint[], %(starts)s::timestamptz[])
       AS given(list_id, variant_id, starts_at)
 CROSS JOIN LATERAL (
       (SELECT r.* FROM catalogue_price AS r
         WHERE r.list_id = given.list_id AND r.variant_id = given.variant_id
           AND (r.starts_at > %(at)s OR r.ends_at > %(at)s OR r.starts_at = given.starts_at))
        UNION ALL
       (SELECT r.* FROM catalogue_price AS r
         WHERE r.list_id = given.list_id AND r.variant_id = given.variant_id AND r.ends_at IS NULL
           AND r.starts_at <= %(at)s
         ORDER BY r.starts_at DESC, r.id DESC LIMIT 1)
        UNION ALL
       (SELECT r.* FROM catalogue_price AS r
         WHERE r.list_id = given.list_id AND r.variant_id = given.variant_id
         ORDER BY r.starts_at DESC, r.id DESC LIMIT 1)) AS p
 ORDER BY p.id;

-- name: add_rows
-- Record prices.
INSERT INTO catalogue_price (list_id, variant_id, amount, starts_at, ends_at, recorded_at, source_id, author)
SELECT list_id, variant_id, amount, starts_at, ends_at, %(at)s, %(source)s, %(author)s
  FROM unnest(%(lists)s::bigint[], %(variants)s::bigint[], %(amounts)s::bigint[], %(starts)s::timestamptz[],
              %(ends)s::timestamptz[]) AS given(list_id, variant_id, amount, starts_at, ends_at);

-- name: history
-- Everything ever recorded for a variant, newest first.
SELECT p.id, l.code AS price_list, l.currency, p.amount, p.starts_at, p.ends_at, p.recorded_at,
       coalesce(p.source_id, 0) AS source_id, p.author
  FROM catalogue_price AS p JOIN catalogue_price_list AS l ON l.id = p.list_id
 WHERE p.variant_id = %(variant)s
 ORDER BY p.starts_at DESC, p.id DESC
 LIMIT %(limit)s;

-- name: course
-- The price in force in a list at each of these moments, for a curve.
SELECT m.moment, p.amount
  FROM unnest(%(moments)s::timestamptz[]) AS m(moment)
  LEFT JOIN LATERAL catalogue_price_at(%(list)s, %(variant)s, m.moment) AS p ON true
 ORDER BY m.moment;

-- name: add_exception
-- Record why a channel's price differs.
INSERT INTO catalogue_price_exception
       (channel_id, variant_id, list_id, currency, amount, reason, author, starts_at, ends_at, recorded_at)
VALUES (%(channel)s, %(variant)s::bigint, %(list)s::bigint, %(currency)s, %(amount)s::bigint, %(reason)s, %(author)s,
        %(starts_at)s, %(ends_at)s::timestamptz, %(at)s)
RETURNING id;

-- name: end_exception
-- An exception ends now (one that has not begun ends as it begins).
UPDATE catalogue_price_exception SET ends_at = greatest(starts_at, %(at)s), ended_by = %(by)s
 WHERE id = %(id)s AND (ends_at IS NULL OR ends_at > %(at)s)
RETURNING channel_id;

-- name: exceptions
-- Recorded exceptions, newest first; only those in force or to come unless all are asked for.
SELECT e.id, e.channel_id AS channel, coalesce(v.sku, '') AS sku, coalesce(l.code, '') AS price_list, e.currency,
       e.amount, e.reason, e.author, e.starts_at, e.ends_at, e.recorded_at, e.ended_by
  FROM catalogue_price_exception AS e
  LEFT JOIN catalogue_variant AS v ON v.id = e.variant_id
  LEFT JOIN catalogue_price_list AS l ON l.id = e.list_id
 WHERE %(ended)s OR e.ends_at IS NULL OR e.ends_at > %(at)s
 ORDER BY e.id DESC
 LIMIT %(limit)s;

-- name: priced_variants
-- The next active variants by id.
SELECT v.id, v.sku, coalesce(p.names ->> %(language)s, p.names ->> 'en', p.names ->> 'ru', v.sku) AS name
  FROM catalogue_variant AS v JOIN catalogue_product AS p ON p.id = v.product_id
 WHERE v.is_active AND p.is_active AND v.id > %(after)s
   AND (%(variants)s::bigint[] IS NULL OR v.id = ANY (%(variants)s::bigint[]))
 ORDER BY v.id
 LIMIT %(limit)s;

-- name: wish
-- Note that somebody waits for a lower price; nothing comes back when he waits already.
INSERT INTO catalogue_price_wish (variant_id, profile_id, currency, region, seen, asked_at)
VALUES (%(variant)s, %(profile)s, %(currency)s, %(region)s, %(seen)s, %(at)s)
    ON CONFLICT (variant_id, profile_id, currency) WHERE told_at IS NULL DO NOTHING
RETURNING id;

-- name: open_wishes
-- The next wishes that wait, by id; of these variants only, where any are named. Locked, so that each is told once.
SELECT w.id, w.variant_id, v.sku, w.profile_id, w.currency, w.region, w.seen
  FROM catalogue_price_wish AS w JOIN catalogue_variant AS v ON v.id = w.variant_id
 WHERE w.told_at IS NULL AND w.id > %(after)s
   AND (%(variants)s::bigint[] IS NULL OR w.variant_id = ANY (%(variants)s::bigint[]))
 ORDER BY w.id
 LIMIT %(limit)s
   FOR UPDATE OF w SKIP LOCKED;

-- name: wishes_told
-- These were told of a lower price.
UPDATE catalogue_price_wish AS w SET told_at = %(at)s, told_amount = given.amount
  FROM unnest(%(ids)s::bigint[], %(amounts)s::bigint[]) AS given(id, amount)
 WHERE w.id = given.id;

-- name: forget_wishes
-- Whoever is forgotten waits no more.
DELETE FROM catalogue_price_wish WHERE profile_id = ANY (%(profiles)s::bigint[]);
