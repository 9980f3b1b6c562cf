-- name: known
-- Receipts that are here already, with what tells their bodies apart.
SELECT uid, mark, hash, kind, warnings FROM orders_receipt WHERE uid = ANY (%(uids)s::uuid[]);

-- name: warned
-- Keep what tills were warned of: they may ask again.
UPDATE orders_receipt AS one SET warnings = told.warnings
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS told (uid uuid, warnings jsonb)
 WHERE one.uid = told.uid;

-- name: add_receipts
-- Take the uids of receipts; those that were free. Waits for another transaction taking the same one.
INSERT INTO orders_receipt (uid, kind, source_id, till, shift, number, sequence, occurred_at, sent_at, received_at,
                            location_id, mark, hash, previous_hash, refund_of, leases)
SELECT told.uid, told.kind, %(source_id)s, told.till, told.shift, told.number, told.sequence, told.occurred_at,
       told.sent_at, %(at)s, told.location_id, decode(told.mark, 'hex'), told.hash, told.previous_hash, told.refund_of,
       coalesce(told.leases, '{}')
  FROM jsonb_to_recordset(%(receipts)s::jsonb)
       AS told (uid uuid, kind text, till text, shift text, number text, sequence bigint, occurred_at timestamptz,
                sent_at timestamptz, location_id bigint, mark text, hash text, previous_hash text, refund_of uuid,
                leases uuid[])
 ORDER BY told.uid
ON CONFLICT (uid) DO NOTHING
RETURNING uid;

-- name: places
-- Locations by code.
SELECT code, id FROM pub.inventory_location WHERE code = ANY (%(codes)s::text[]);

-- name: goods
-- Variants by SKU or barcode, what a till's line may name.
SELECT told.code, coalesce(variant.id, scanned.id) AS id, coalesce(variant.sku, scanned.sku) AS sku
  FROM unnest(%(codes)s::text[]) AS told (code)
  LEFT JOIN pub.catalogue_variant AS variant ON variant.sku = told.code
  LEFT JOIN LATERAL (
        SELECT one.variant_id FROM pub.catalogue_barcode AS one
         WHERE variant.id IS NULL AND (one.gtin = CASE WHEN told.code ~ '^[0-9]{8,14}$' THEN lpad(told.code, 14, '0') END
               OR (one.gtin IS NULL AND one.text = told.code))
         ORDER BY one.gtin NULLS LAST, one.variant_id LIMIT 1) AS barcode ON true
  LEFT JOIN pub.catalogue_variant AS scanned ON scanned.id = barcode.variant_id
 WHERE coalesce(variant.id, scanned.id) IS NOT NULL;

-- name: add_sales
-- Sales that happened: orders that are closed, with lines, payments and credits.
WITH sale AS (
    INSERT INTO orders_order (uid, number, state, origin, source_id, channel, currency, location_id, profile_id, subtotal,
                              discount, total, due, created_at, placed_at, closed_at)
    SELECT told.uid, told.number, 'closed', %(origin)s, %(source_id)s, %(channel)s, told.currency, told.location_id,
           told.profile_id, told.subtotal, told.discount, told.total, told.total, %(at)s, told.occurred_at, told.occurred_at
      FROM jsonb_to_recordset(%(sales)s::jsonb)
           AS told (uid uuid, number text, currency text, location_id bigint, profile_id bigint, subtotal bigint,
                    discount bigint, total bigint, occurred_at timestamptz)
    RETURNING id, uid, total, location_id, placed_at
), line AS (
    INSERT INTO orders_line (order_id, key, variant_id, sku, name, quantity, fulfilled, unit, gross, discount, net, tax,
                             measure, shares)
    SELECT sale.id, told.key, told.variant_id, told.sku, told.name, told.quantity, told.quantity, told.unit,
           told.net + told.discount, told.discount, told.net, told.tax, told.measure, told.shares
      FROM jsonb_to_recordset(%(lines)s::jsonb)
           AS told (uid uuid, key text, variant_id bigint, sku text, name text, quantity integer, unit bigint,
                    discount bigint, net bigint, tax text, measure text, shares jsonb, place integer)
      JOIN sale ON sale.uid = told.uid
     ORDER BY told.place
), payment AS (
    INSERT INTO orders_payment (uid, order_id, key, tender, state, amount, captured, provider, provider_ref, created_at,
                                captured_at)
    SELECT uuidv7(), sale.id, told.key, told.tender, 'captured', told.amount, told.amount, told.provider, told.reference,
           sale.placed_at, sale.placed_at
      FROM jsonb_to_recordset(%(payments)s::jsonb)
           AS told (uid uuid, key text, tender text, amount bigint, provider text, reference text)
      JOIN sale ON sale.uid = told.uid
     ORDER BY told.key::integer
), credit AS (
    INSERT INTO orders_credit (order_id, role, location_id, staff_id, name, amount, at)
    SELECT sale.id, 'served', sale.location_id, told.staff_id, told.name, sale.total, sale.placed_at
      FROM jsonb_to_recordset(%(credits)s::jsonb) AS told (uid uuid, staff_id integer, name text)
      JOIN sale ON sale.uid = told.uid
)
SELECT count(*) FROM sale;

-- name: owners
-- Whose profiles are.
SELECT profile_id, customer_id FROM pub.customers_profile WHERE profile_id = ANY (%(profiles)s::bigint[]);

-- name: sold_by_uid
-- Lines of sales by the sale's uid and the line's key, locked.
SELECT sale.uid, line.key, line.sku, line.id, line.order_id, line.quantity, line.cancelled, line.returned, line.fulfilled,
       line.net, line.less
  FROM orders_order AS sale
  JOIN orders_line AS line ON line.order_id = sale.id
 WHERE sale.uid = ANY (%(uids)s::uuid[])
 ORDER BY line.id
   FOR NO KEY UPDATE OF line;

-- name: sold_to
-- What customers bought of these goods and still have, locked.
SELECT told.owner, told.sku, line.id, line.order_id, line.quantity, line.cancelled, line.returned, line.fulfilled,
       line.net, line.less, sale.placed_at
  FROM unnest(%(owners)s::bigint[], %(skus)s::text[]) AS told (owner, sku)
  JOIN pub.customers_profile AS profile ON profile.customer_id = told.owner
  JOIN orders_order AS sale ON sale.profile_id = profile.profile_id
  JOIN orders_line AS line ON line.order_id = sale.id AND line.sku = told.sku
 WHERE line.fulfilled > line.returned AND sale.placed_at IS NOT NULL AND sale.currency = %(currency)s
 ORDER BY line.id
   FOR NO KEY UPDATE OF line;

-- name: cards_of
-- Gift cards that paid sales: where there is one alone, money of the sale goes back to it.
SELECT sale.uid, max(payment.provider_ref)
  FROM orders_order AS sale
  JOIN orders_payment AS payment ON payment.order_id = sale.id
 WHERE sale.uid = ANY (%(uids)s::uuid[]) AND payment.tender = 'gift_card' AND payment.provider = 'gift_card'
   AND payment.provider_ref ~ '^[0-9]+$'
 GROUP BY sale.uid
HAVING count(DISTINCT payment.provider_ref) = 1;

-- name: open_cases
-- Open cases, each once.
INSERT INTO orders_case (uid, key, kind, subject, number, note, currency, amount, opened_at)
SELECT told.uid, told.key, told.kind, told.subject, told.number, told.note, told.currency, told.amount, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS told (uid uuid, key text, kind text, subject uuid, number text, note text, currency text, amount bigint)
ON CONFLICT (key) DO NOTHING;

-- name: close_case
-- A case has been looked into.
UPDATE orders_case SET closed_at = %(at)s, closed_by = %(by)s WHERE uid = %(uid)s AND closed_at IS NULL RETURNING id;

-- name: payments_of
-- What payments of sales still hold, locked.
SELECT id, order_id, tender, captured - refunded AS held
  FROM orders_payment
 WHERE order_id = ANY (%(order_ids)s::bigint[]) AND captured > refunded
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: add_settled
-- Returns that happened: settled, with their lines.
WITH back AS (
    INSERT INTO orders_return (uid, number, state, way, currency, source_id, location_id, profile_id, reason, by, worth,
                               settlement, receipt_uid, refund_of, mark, created_at, settled_at)
    SELECT told.uid, told.number, 'settled', %(way)s, told.currency, %(source_id)s, told.location_id, told.profile_id,
           told.reason, told.by, told.worth, told.settlement, told.uid, told.refund_of, NULL, told.occurred_at,
           told.occurred_at
      FROM jsonb_to_recordset(%(returns)s::jsonb)
           AS told (uid uuid, number text, currency text, location_id bigint, profile_id bigint, reason text, by text,
                    worth bigint, settlement jsonb, refund_of uuid, occurred_at timestamptz)
    RETURNING id, uid
)
INSERT INTO orders_return_line (return_id, line_id, variant_id, sku, name, quantity, amount, reason, disposition, measure)
SELECT back.id, told.line_id, told.variant_id, told.sku, told.name, told.quantity, told.amount, told.reason,
       told.disposition, told.measure
  FROM jsonb_to_recordset(%(lines)s::jsonb)
       AS told (uid uuid, line_id bigint, variant_id bigint, sku text, name text, quantity integer, amount bigint,
                reason text, disposition text, measure text)
  JOIN back ON back.uid = told.uid;

-- name: less_due
-- Sales of which something came back are worth less.
UPDATE orders_order AS sale SET due = sale.due - told.less
  FROM unnest(%(ids)s::bigint[], %(less)s::bigint[]) AS told (id, less)
 WHERE sale.id = told.id;

-- name: without_predecessor
-- Of these receipts, those whose predecessor in their till's chain is not here.
SELECT one.uid
  FROM orders_receipt AS one
 WHERE one.uid = ANY (%(uids)s::uuid[]) AND one.previous_hash <> '' AND NOT EXISTS (
       SELECT FROM orders_receipt AS before
        WHERE before.source_id = one.source_id AND before.till = one.till AND before.hash = one.previous_hash);

-- name: gaps
-- Receipts whose predecessor never came.
SELECT one.till, one.source_id, one.uid AS receipt_uid, one.number, one.occurred_at, one.previous_hash
  FROM orders_receipt AS one
 WHERE one.previous_hash <> '' AND one.occurred_at >= %(since)s AND NOT EXISTS (
       SELECT FROM orders_receipt AS before
        WHERE before.source_id = one.source_id AND before.till = one.till AND before.hash = one.previous_hash)
 ORDER BY one.occurred_at DESC LIMIT %(size)s;
