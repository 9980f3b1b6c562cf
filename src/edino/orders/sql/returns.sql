-- name: add_return
-- Open a return under its uid; nothing when the uid is taken.
INSERT INTO orders_return (uid, number, state, way, currency, source_id, location_id, profile_id, reason, by, worth, mark,
                           created_at)
VALUES (%(uid)s, nextval('orders_return_number')::text, %(state)s, %(way)s, %(currency)s, %(source_id)s, %(location_id)s,
        %(profile_id)s, %(reason)s, %(by)s, %(worth)s, %(mark)s, %(at)s)
ON CONFLICT (uid) DO NOTHING
RETURNING id;

-- name: add_lines
-- Goods of a return.
INSERT INTO orders_return_line (return_id, line_id, variant_id, sku, name, quantity, amount, reason, measure)
SELECT %(return_id)s, told.line_id, told.variant_id, told.sku, told.name, told.quantity, told.amount, told.reason,
       told.measure
  FROM jsonb_to_recordset(%(lines)s::jsonb)
       AS told (line_id bigint, variant_id bigint, sku text, name text, quantity integer, amount bigint, reason text,
                measure text);

-- name: return
-- A return with its lines.
SELECT ret.id, ret.uid, ret.number, ret.state, ret.way, ret.currency, ret.location_id, place.code, ret.profile_id,
       ret.reason, ret.by, ret.worth, ret.exchange_uid, ret.compensation, ret.settlement, ret.created_at, ret.settled_at,
       ret.version, ret.mark,
       (SELECT json_agg(json_build_array(line.id, line.line_id, sale.uid, sale.number, line.variant_id, line.sku, line.name,
                        line.quantity, line.amount, line.reason, line.disposition, line.note) ORDER BY line.id)
          FROM orders_return_line AS line
          LEFT JOIN orders_line AS sold ON sold.id = line.line_id
          LEFT JOIN orders_order AS sale ON sale.id = sold.order_id
         WHERE line.return_id = ret.id) AS lines
  FROM orders_return AS ret
  LEFT JOIN pub.inventory_location AS place ON place.id = ret.location_id
 WHERE ret.uid = %(uid)s;

-- name: lock_return
-- Lock a return.
SELECT id FROM orders_return WHERE uid = %(uid)s FOR NO KEY UPDATE;

-- name: move_return
-- Move a return on.
UPDATE orders_return
   SET state = %(state)s, location_id = coalesce(%(location_id)s::bigint, location_id),
       reason = CASE WHEN %(reason)s = '' THEN reason ELSE %(reason)s END,
       settlement = CASE WHEN %(settlement)s::jsonb IS NULL THEN settlement ELSE %(settlement)s::jsonb END,
       worth = coalesce(%(worth)s::bigint, worth), exchange_uid = coalesce(%(exchange_uid)s::uuid, exchange_uid),
       settled_at = CASE WHEN %(state)s = 'settled' THEN %(at)s::timestamptz ELSE settled_at END, version = version + 1
 WHERE id = %(id)s;

-- name: no_exchange
-- Nothing is taken instead after all.
UPDATE orders_return SET exchange_uid = NULL, version = version + 1 WHERE id = %(id)s;

-- name: compensate
-- Remember the coupon that was given for the trouble.
UPDATE orders_return SET compensation = %(code)s, version = version + 1 WHERE id = %(id)s AND compensation = '';

-- name: inspect
-- What became of the goods of each line.
UPDATE orders_return_line AS line SET disposition = told.disposition, note = told.note
  FROM unnest(%(ids)s::bigint[], %(dispositions)s::text[], %(notes)s::text[]) AS told (id, disposition, note)
 WHERE line.id = told.id;

-- name: receiptless
-- How many returns without a receipt a customer has had since a moment, over all profiles, and what they were worth.
SELECT count(DISTINCT ret.id) AS times, coalesce(sum(line.amount), 0)::bigint AS amount
  FROM pub.customers_profile AS profile
  JOIN orders_return AS ret ON ret.profile_id = profile.profile_id
  JOIN orders_return_line AS line ON line.return_id = ret.id AND line.line_id IS NULL
 WHERE profile.customer_id = %(customer_id)s AND ret.created_at >= %(since)s AND ret.way IN ('store', 'post')
   AND ret.state NOT IN ('refused', 'withdrawn') AND ret.currency = %(currency)s;

-- name: returns_of
-- Returns that stand on profiles, newest first.
SELECT uid FROM orders_return WHERE profile_id = ANY (%(profiles)s::bigint[]) ORDER BY created_at DESC, id DESC
 LIMIT %(size)s;
