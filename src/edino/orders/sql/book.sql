-- name: draft
-- Write an order with its lines, allocations and credits at one go; nothing when its cart has an order already.
WITH new AS (
    INSERT INTO orders_order (uid, number, state, origin, cart_uid, source_id, channel, assortment, currency,
                              location_id, profile_id, name, phone, email, language, delivery, subtotal, discount,
                              delivery_net, total, due, promise, exchange_of, comment, created_at)
    SELECT %(uid)s, coalesce(%(number)s::text, nextval('orders_number')::text), 'draft', 'checkout',
           %(cart_uid)s::uuid, %(source_id)s, %(channel)s, %(assortment)s, %(currency)s,
           (SELECT place.id FROM pub.inventory_location AS place WHERE place.code = %(location)s), %(profile_id)s::bigint,
           %(name)s, %(phone)s, %(email)s, %(language)s, %(delivery)s::jsonb, %(subtotal)s, %(discount)s,
           %(delivery_net)s, %(total)s, %(total)s, %(promise)s::jsonb, %(exchange_of)s::uuid, %(comment)s, %(at)s
    ON CONFLICT DO NOTHING
    RETURNING id
), line AS (
    INSERT INTO orders_line (order_id, key, variant_id, sku, name, quantity, unit, gross, discount, net, tax, shares)
    SELECT new.id, told.key, told.variant_id, told.sku, told.name, told.quantity, told.unit, told.gross, told.discount,
           told.net, told.tax, told.shares
      FROM new
     CROSS JOIN jsonb_to_recordset(%(lines)s::jsonb)
           AS told (key text, variant_id bigint, sku text, name text, quantity integer, unit bigint, gross bigint,
                    discount bigint, net bigint, tax text, shares jsonb)
    RETURNING id, key
), allocation AS (
    INSERT INTO orders_allocation (line_id, variant_id, location_id, capacity_id, quantity, fulfilled_from)
    SELECT line.id, told.variant_id, told.location_id, told.capacity_id, told.quantity, told.fulfilled_from
      FROM jsonb_to_recordset(%(allocations)s::jsonb)
           AS told (key text, variant_id bigint, location_id bigint, capacity_id bigint, quantity integer,
                    fulfilled_from text)
      JOIN line ON line.key = told.key
), credit AS (
    INSERT INTO orders_credit (order_id, role, location_id, staff_id, name, amount, at)
    SELECT new.id, told.role, told.location_id, told.staff_id, told.name, %(total)s, %(at)s
      FROM new
     CROSS JOIN jsonb_to_recordset(%(credits)s::jsonb) AS told (role text, location_id bigint, staff_id integer, name text)
)
SELECT id FROM new;

-- name: place
-- Make a draft a placed order with its code; nothing when it is none.
UPDATE orders_order
   SET state = 'placed', placed_at = %(at)s, pickup_code = CASE WHEN delivery ->> 'method' = 'pickup' THEN %(code)s ELSE '' END, version = version + 1
 WHERE uid = %(uid)s AND state = 'draft'
RETURNING id, delivery;

-- name: open_fulfilments
-- Put allocations that have no fulfilment yet into one per location and way; how many were made.
WITH waiting AS (
    SELECT allocation.id, allocation.location_id,
           CASE WHEN %(method)s = 'pickup' AND (allocation.fulfilled_from = 'transfer' OR place.id <> pickup.id) THEN 'transfer'
                WHEN %(method)s = 'pickup' THEN 'pickup'
                WHEN %(method)s = 'carry' THEN 'carry_out'
                WHEN place.kind = 'store' THEN 'ship_from_store'
                ELSE 'delivery' END AS kind,
           pickup.id AS pickup_id
      FROM orders_allocation AS allocation
      JOIN orders_line AS line ON line.id = allocation.line_id
      JOIN pub.inventory_location AS place ON place.id = allocation.location_id
      LEFT JOIN pub.inventory_location AS pickup ON pickup.code = %(pickup)s AND %(method)s = 'pickup'
     WHERE line.order_id = %(order_id)s AND allocation.fulfilment_id IS NULL
), made AS (
    INSERT INTO orders_fulfilment (uid, order_id, kind, location_id, pickup_location_id, slot_starts_at, slot_ends_at,
                                   attempt, created_at)
    SELECT uuidv7(), %(order_id)s, kind, location_id, max(pickup_id), %(starts_at)s::timestamptz, %(ends_at)s::timestamptz,
           %(attempt)s, %(at)s
      FROM waiting
     GROUP BY location_id, kind
    RETURNING id, location_id, kind
)
UPDATE orders_allocation AS allocation
   SET fulfilment_id = made.id
  FROM waiting, made
 WHERE allocation.id = waiting.id AND made.location_id = waiting.location_id AND made.kind = waiting.kind;

-- name: drop
-- Give a draft up; its cart may have another order.
UPDATE orders_order SET state = 'dropped', closed_at = %(at)s, version = version + 1
 WHERE uid = %(uid)s AND state = 'draft'
RETURNING id;

-- name: lock
-- Lock orders in the order of their ids: id and state.
SELECT id, state FROM orders_order WHERE uid = ANY (%(uids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE;

-- name: add_history
-- Note what was done.
INSERT INTO orders_history (order_id, at, what, by, why, detail)
VALUES (%(order_id)s, %(at)s, %(what)s, %(by)s, %(why)s, %(detail)s::jsonb);

-- name: history
-- What was done to an order, oldest first.
SELECT at, what, by, why, detail FROM orders_history WHERE order_id = %(order_id)s ORDER BY id;

-- name: take_effect
-- Take a key of an order, once; its mark says what was meant.
INSERT INTO orders_effect (order_id, key, what, mark) VALUES (%(order_id)s, %(key)s, %(what)s, %(mark)s)
ON CONFLICT DO NOTHING;

-- name: effect
-- What a key of an order was used for.
SELECT what, mark FROM orders_effect WHERE order_id = %(order_id)s AND key = %(key)s;

-- name: order
-- An order with all that hangs on it.
SELECT sale.id, sale.uid, sale.number, sale.state, sale.origin, sale.cart_uid, sale.source_id, sale.channel,
       sale.assortment, sale.currency, sale.profile_id, sale.name, sale.phone, sale.email, sale.language, sale.delivery,
       sale.subtotal, sale.discount, sale.total, sale.due, sale.pickup_code, sale.parked, sale.exchange_of,
       sale.created_at, sale.placed_at, sale.closed_at, sale.version, sale.promise, sale.comment,
       (SELECT json_agg(json_build_array(one.id, one.key, one.variant_id, one.sku, one.name, one.quantity, one.unit,
                        one.gross, one.discount, one.net, one.tax, one.cancelled, one.fulfilled, one.returned, one.shares,
                        one.measure, one.less) ORDER BY one.id)
          FROM orders_line AS one WHERE one.order_id = sale.id) AS lines,
       (SELECT json_agg(json_build_array(one.id, one.uid, one.kind, one.state, one.location_id, place.code, pickup.code,
                        one.attempt, one.reason, one.carrier, one.tracking, one.slot_starts_at, one.slot_ends_at,
                        one.ready_at, one.done_at) ORDER BY one.id)
          FROM orders_fulfilment AS one
          LEFT JOIN pub.inventory_location AS place ON place.id = one.location_id
          LEFT JOIN pub.inventory_location AS pickup ON pickup.id = one.pickup_location_id
         WHERE one.order_id = sale.id) AS fulfilments,
       (SELECT json_agg(json_build_array(one.id, one.line_id, one.fulfilment_id, one.variant_id, one.location_id,
                        one.capacity_id, one.quantity, one.gone, one.given_up, one.fulfilled_from) ORDER BY one.id)
          FROM orders_allocation AS one JOIN orders_line AS line ON line.id = one.line_id
         WHERE line.order_id = sale.id) AS allocations,
       (SELECT json_agg(json_build_array(one.id, one.uid, one.tender, one.state, one.amount, one.captured, one.refunded,
                        one.provider, one.provider_ref, one.created_at, one.captured_at) ORDER BY one.id)
          FROM orders_payment AS one WHERE one.order_id = sale.id) AS payments,
       (SELECT json_agg(json_build_array(one.id, one.uid, payment.uid, one.tender, one.amount, one.currency, one.state,
                        one.cause_kind, one.cause_key, one.provider, one.provider_ref, one.created_at, one.settled_at)
                        ORDER BY one.id)
          FROM orders_refund AS one LEFT JOIN orders_payment AS payment ON payment.id = one.payment_id
         WHERE one.order_id = sale.id) AS refunds,
       (SELECT json_agg(json_build_array(one.role, one.location_id, one.staff_id, one.name) ORDER BY one.id)
          FROM orders_credit AS one WHERE one.order_id = sale.id) AS credits
  FROM orders_order AS sale
 WHERE sale.uid = %(uid)s;

-- name: uid_of_cart
-- The order of a cart.
SELECT uid FROM orders_order WHERE cart_uid = %(cart_uid)s AND state <> 'dropped';

-- name: found
-- Orders by what a person reads out: number, pickup code of one that waits, number or uid of a receipt.
SELECT sale.uid
  FROM orders_order AS sale
 WHERE sale.state <> 'dropped' AND (
       sale.number = %(text)s
    OR (sale.pickup_code = %(code)s AND sale.pickup_code <> '' AND sale.state IN ('placed', 'part_fulfilled'))
    OR sale.uid::text = lower(%(text)s))
 ORDER BY sale.id DESC LIMIT 20;

-- name: listing
-- Orders, newest first, with what was paid.
SELECT sale.id, sale.uid, sale.number, sale.state, sale.origin, sale.channel, sale.currency, sale.total, sale.due,
       (SELECT coalesce(sum(one.captured - one.refunded), 0)::bigint FROM orders_payment AS one WHERE one.order_id = sale.id)
         AS paid,
       goods.lines, goods.pieces, coalesce(sale.delivery ->> 'method', '') AS method, sale.parked, sale.placed_at,
       sale.profile_id
  FROM orders_order AS sale
 CROSS JOIN LATERAL (SELECT count(*) AS lines, coalesce(sum(line.quantity), 0) AS pieces
                       FROM orders_line AS line WHERE line.order_id = sale.id) AS goods
 WHERE (sale.placed_at, sale.id) < (%(before)s::timestamptz, %(before_id)s::bigint)
   AND (%(state)s = '' OR sale.state = %(state)s)
   AND (%(origin)s = '' OR sale.origin = %(origin)s)
   AND (NOT %(parked)s OR sale.parked <> '')
   AND (%(text)s = '' OR sale.number = %(text)s)
   AND (%(location_id)s::bigint IS NULL OR sale.location_id = %(location_id)s::bigint OR EXISTS (
        SELECT FROM orders_fulfilment AS one
         WHERE one.order_id = sale.id AND %(location_id)s::bigint IN (one.location_id, one.pickup_location_id)))
   AND (%(profiles)s::bigint[] IS NULL OR sale.profile_id = ANY (%(profiles)s::bigint[]))
 ORDER BY sale.placed_at DESC, sale.id DESC
 LIMIT %(size)s;

-- name: add_payment
-- Add a payment of an order under its key; nothing when the key is taken.
INSERT INTO orders_payment (uid, order_id, key, tender, state, amount, captured, provider, provider_ref, created_at,
                            captured_at)
SELECT uuidv7(), sale.id, %(key)s, %(tender)s, %(state)s, %(amount)s, %(captured)s, %(provider)s, %(provider_ref)s,
       %(at)s, CASE WHEN %(captured)s > 0 THEN %(at)s::timestamptz END
  FROM orders_order AS sale WHERE sale.uid = %(order_uid)s
ON CONFLICT (order_id, key) DO NOTHING
RETURNING id, uid, tender, state, amount, captured, refunded, provider, provider_ref, created_at, captured_at;

-- name: payment
-- One payment by its order and key, by its provider's reference, or by its uid; its order is locked, then the payment:
-- whoever cancels takes them in this order. Each way has an index.
SELECT one.id, one.uid, one.tender, one.state, one.amount, one.captured, one.refunded, one.provider, one.provider_ref,
       one.created_at, one.captured_at, sale.uid AS order_uid, one.key
  FROM orders_payment AS one JOIN orders_order AS sale ON sale.id = one.order_id
 WHERE one.id = (
       SELECT min(found.id)
         FROM (SELECT id FROM orders_payment WHERE uid = %(uid)s::uuid
               UNION ALL
               SELECT own.id
                 FROM orders_payment AS own JOIN orders_order AS mine ON mine.id = own.order_id
                WHERE mine.uid = %(order_uid)s::uuid AND own.key = %(key)s
               UNION ALL
               SELECT id FROM orders_payment
                WHERE provider = %(provider)s AND provider_ref = %(provider_ref)s AND %(provider_ref)s <> '') AS found)
   FOR NO KEY UPDATE OF sale, one;

-- name: update_payment
-- Move a payment on.
UPDATE orders_payment
   SET state = %(state)s, amount = %(amount)s, captured = %(captured)s, provider_ref = %(provider_ref)s,
       captured_at = coalesce(captured_at, CASE WHEN %(captured)s > 0 THEN %(at)s::timestamptz END)
 WHERE id = %(id)s;

-- name: settle_refund
-- Say how a refund ended.
UPDATE orders_refund
   SET state = %(state)s, settled_at = %(at)s, provider_ref = coalesce(nullif(%(provider_ref)s, ''), provider_ref)
 WHERE uid = %(uid)s AND state = 'due'
RETURNING id;

-- name: refund_of
-- What a refund is of: order, its number, tender, amount, currency.
SELECT sale.uid, coalesce(sale.number, ''), one.tender, one.amount, one.currency
  FROM orders_refund AS one LEFT JOIN orders_order AS sale ON sale.id = one.order_id
 WHERE one.uid = %(uid)s;

-- name: add_refunds
-- Write shares of a refund to the ledger and count them on their payments; rows of a cause known already change nothing.
WITH new AS (
    INSERT INTO orders_refund (uid, payment_id, order_id, tender, amount, currency, state, cause_kind, cause_key,
                               provider, provider_ref, created_at, settled_at)
    SELECT uuidv7(), told.payment_id, told.order_id, told.tender, told.amount, told.currency, told.state, told.cause_kind,
           told.cause_key, told.provider, told.provider_ref, %(at)s, CASE WHEN told.state = 'done' THEN %(at)s::timestamptz END
      FROM jsonb_to_recordset(%(shares)s::jsonb)
           AS told (payment_id bigint, order_id bigint, tender text, amount bigint, currency text, state text,
                    cause_kind text, cause_key text, provider text, provider_ref text)
    ON CONFLICT DO NOTHING
    RETURNING payment_id, amount
), counted AS (
    UPDATE orders_payment AS payment
       SET refunded = payment.refunded + summed.amount,
           state = CASE WHEN payment.refunded + summed.amount = payment.captured THEN 'refunded' ELSE payment.state END
      FROM (SELECT payment_id, sum(amount) AS amount FROM new GROUP BY payment_id) AS summed
     WHERE payment.id = summed.payment_id
)
SELECT count(*) FROM new;

-- name: refunds
-- Refunds in a state, oldest first.
SELECT one.id, one.uid, sale.uid AS order_uid, payment.uid AS payment_uid, one.tender, one.amount, one.currency,
       one.state, one.cause_kind, one.cause_key, coalesce(nullif(payment.provider, ''), one.provider) AS provider,
       coalesce(nullif(payment.provider_ref, ''), one.provider_ref) AS provider_ref, one.created_at, one.settled_at
  FROM orders_refund AS one
  LEFT JOIN orders_payment AS payment ON payment.id = one.payment_id
  LEFT JOIN orders_order AS sale ON sale.id = one.order_id
 WHERE one.state = %(state)s AND one.id > %(after)s
   AND (%(cause_kind)s = '' OR (one.cause_kind = %(cause_kind)s AND one.cause_key = %(cause_key)s))
 ORDER BY one.id LIMIT %(size)s;

-- name: try_code
-- Count a wrong pickup code.
UPDATE orders_order SET pickup_tries = pickup_tries + 1 WHERE id = %(id)s RETURNING pickup_tries;

-- name: code_tries
-- How many wrong pickup codes there were.
SELECT pickup_tries FROM orders_order WHERE id = %(id)s;

-- name: give_up_payments
-- Payments of a cancelled order that were to be made on delivery will not be made.
UPDATE orders_payment SET state = 'failed'
 WHERE order_id = %(order_id)s AND state = 'pending' AND tender IN ('cod', 'cash');

-- name: capture_waiting
-- Payments that were to be made on delivery are made, each by this tender to this amount; the others will not be.
UPDATE orders_payment AS payment
   SET state = CASE WHEN told.amount > 0 THEN 'captured' ELSE 'failed' END, captured = coalesce(told.amount, 0),
       tender = coalesce(told.tender, payment.tender),
       captured_at = CASE WHEN told.amount > 0 THEN %(at)s::timestamptz END
  FROM orders_payment AS waiting
  LEFT JOIN unnest(%(ids)s::bigint[], %(tenders)s::text[], %(amounts)s::bigint[]) AS told (id, tender, amount)
    ON told.id = waiting.id
 WHERE waiting.order_id = %(order_id)s AND waiting.state = 'pending' AND waiting.tender IN ('cod', 'cash')
   AND payment.id = waiting.id
RETURNING payment.uid, payment.captured;

-- name: ids
-- Orders by uid.
SELECT id FROM orders_order WHERE uid = ANY (%(uids)s::uuid[]) ORDER BY id;
