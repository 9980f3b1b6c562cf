-- name: forget
-- Empty what names a person in the orders of profiles; what was bought stays.
UPDATE orders_order AS sale
   SET name = '', phone = '', email = '', comment = '', delivery = sale.delivery || '{"address": {}}'::jsonb
  FROM unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS own (profile_id, since, until)
 WHERE sale.profile_id = own.profile_id
   AND coalesce(sale.placed_at, sale.created_at) >= own.since AND coalesce(sale.placed_at, sale.created_at) < own.until;

-- name: forget_reasons
-- Empty what was written about returns of profiles.
UPDATE orders_return_line AS line
   SET note = ''
  FROM orders_return AS ret,
       unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS own (profile_id, since, until)
 WHERE line.return_id = ret.id AND ret.profile_id = own.profile_id
   AND ret.created_at >= own.since AND ret.created_at < own.until;

-- name: held
-- Orders of profiles with lines, payments and contact.
SELECT jsonb_build_object(
         'number', sale.number, 'state', sale.state, 'channel', sale.channel, 'placed_at', sale.placed_at,
         'currency', sale.currency, 'total', sale.total, 'due', sale.due,
         'contact', jsonb_build_object('name', sale.name, 'phone', sale.phone, 'email', sale.email),
         'delivery', sale.delivery, 'comment', sale.comment,
         'lines', (SELECT jsonb_agg(jsonb_build_object('sku', line.sku, 'name', line.name, 'quantity', line.quantity,
                                    'net', line.net, 'returned', line.returned, 'cancelled', line.cancelled) ORDER BY line.id)
                     FROM orders_line AS line WHERE line.order_id = sale.id),
         'payments', (SELECT jsonb_agg(jsonb_build_object('tender', one.tender, 'captured', one.captured,
                                       'refunded', one.refunded) ORDER BY one.id)
                        FROM orders_payment AS one WHERE one.order_id = sale.id))
  FROM orders_order AS sale
  JOIN unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS own (profile_id, since, until)
    ON sale.profile_id = own.profile_id
   AND coalesce(sale.placed_at, sale.created_at) >= own.since AND coalesce(sale.placed_at, sale.created_at) < own.until
 WHERE sale.state NOT IN ('draft', 'dropped')
 ORDER BY sale.placed_at, sale.id;

-- name: held_returns
-- Returns of profiles with lines.
SELECT jsonb_build_object(
         'number', ret.number, 'state', ret.state, 'created_at', ret.created_at, 'currency', ret.currency,
         'worth', ret.worth, 'reason', ret.reason,
         'lines', (SELECT jsonb_agg(jsonb_build_object('sku', line.sku, 'name', line.name, 'quantity', line.quantity,
                                    'amount', line.amount, 'reason', line.reason, 'note', line.note) ORDER BY line.id)
                     FROM orders_return_line AS line WHERE line.return_id = ret.id))
  FROM orders_return AS ret
  JOIN unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS own (profile_id, since, until)
    ON ret.profile_id = own.profile_id AND ret.created_at >= own.since AND ret.created_at < own.until
 ORDER BY ret.created_at, ret.id;

-- name: bought
-- Whether a customer was handed a product and did not give all of it back.
SELECT EXISTS (
    SELECT FROM pub.customers_profile AS profile
      JOIN orders_order AS sale ON sale.profile_id = profile.profile_id
      JOIN orders_line AS line ON line.order_id = sale.id
      JOIN pub.catalogue_variant AS variant ON variant.id = line.variant_id
     WHERE profile.customer_id = %(customer_id)s AND variant.product_id = %(product_id)s
       AND line.fulfilled > 0);

-- name: ordered
-- Whether a customer has ever ordered.
SELECT EXISTS (
    SELECT FROM pub.customers_profile AS profile
      JOIN orders_order AS sale ON sale.profile_id = profile.profile_id
     WHERE profile.customer_id = %(customer_id)s AND sale.state NOT IN ('draft', 'dropped', 'cancelled'));

-- name: baskets
-- Variants of sales, in the order of the book.
SELECT sale.id, array_agg(line.variant_id ORDER BY line.id)
  FROM orders_order AS sale
  JOIN orders_line AS line ON line.order_id = sale.id
 WHERE sale.id > %(after)s AND sale.placed_at >= %(since)s AND sale.state NOT IN ('draft', 'dropped', 'cancelled')
   AND line.variant_id IS NOT NULL
 GROUP BY sale.id
 ORDER BY sale.id
 LIMIT %(size)s;

-- name: past_orders
-- Orders of a span with what a rehearsal needs of their lines, oldest first.
SELECT sale.placed_at, sale.id, sale.uid, sale.number, sale.currency, sale.channel, coalesce(place.code, ''), profile.customer_id,
       coalesce((sale.delivery ->> 'amount')::bigint, 0),
       json_agg(json_build_array(line.key, line.variant_id, line.sku, line.quantity - line.cancelled, line.unit)
                ORDER BY line.id)
  FROM orders_order AS sale
  JOIN orders_line AS line ON line.order_id = sale.id
  LEFT JOIN pub.inventory_location AS place ON place.id = sale.location_id
  LEFT JOIN pub.customers_profile AS profile ON profile.profile_id = sale.profile_id
 WHERE (sale.placed_at, sale.id) > (%(at)s::timestamptz, %(after)s::bigint) AND sale.placed_at < %(until)s
   AND sale.state NOT IN ('draft', 'dropped', 'cancelled') AND line.variant_id IS NOT NULL
   AND line.quantity > line.cancelled
 GROUP BY sale.id, place.code, profile.customer_id
 ORDER BY sale.placed_at, sale.id
 LIMIT %(size)s;

-- name: numbers
-- What people call these orders.
SELECT uid, number FROM orders_order WHERE uid = ANY (%(uids)s::uuid[]);

-- name: last_returns
-- The last returns of profiles, newest first.
SELECT uid, number, state, worth, currency, created_at
  FROM orders_return WHERE profile_id = ANY (%(profiles)s::bigint[])
 ORDER BY created_at DESC, id DESC LIMIT %(size)s;
