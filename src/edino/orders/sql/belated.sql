-- name: here
-- Sales that are in the book.
SELECT uid FROM orders_order WHERE uid = ANY (%(uids)s::uuid[]);

-- name: alone
-- Wait for all that write sales of tills, and let no other begin.
SELECT pg_advisory_xact_lock(hashtext('orders: refunds before their sale'));

-- name: beside
-- Write sales of tills beside others that do.
SELECT pg_advisory_xact_lock_shared(hashtext('orders: refunds before their sale'));

-- name: early
-- Lines of refunds that name these sales and are of none yet, oldest first, locked.
SELECT back.refund_of, back.uid, line.id, line.sku, line.quantity, line.amount
  FROM orders_return AS back
  JOIN orders_return_line AS line ON line.return_id = back.id AND line.line_id IS NULL
 WHERE back.refund_of = ANY (%(uids)s::uuid[])
 ORDER BY back.created_at, back.uid, line.id
   FOR NO KEY UPDATE OF line;

-- name: first_parts
-- Lines of returns are of these sold lines, with so many pieces and so much money.
UPDATE orders_return_line AS line
   SET line_id = told.line_id, quantity = told.quantity, amount = told.amount
  FROM unnest(%(ids)s::bigint[], %(lines)s::bigint[], %(quantities)s::integer[], %(amounts)s::bigint[])
       AS told (id, line_id, quantity, amount)
 WHERE line.id = told.id;

-- name: add_parts
-- Further parts of lines of returns, as those but of other sold lines or of none.
INSERT INTO orders_return_line (return_id, line_id, variant_id, sku, name, quantity, amount, reason, disposition, note,
                                measure)
SELECT line.return_id, told.line_id, line.variant_id, line.sku, line.name, told.quantity, told.amount, line.reason,
       line.disposition, line.note, line.measure
  FROM unnest(%(ids)s::bigint[], %(lines)s::bigint[], %(quantities)s::integer[], %(amounts)s::bigint[])
       AS told (id, line_id, quantity, amount)
  JOIN orders_return_line AS line ON line.id = told.id;

-- name: loose
-- Money that tills gave back of which no payment knows, locked.
SELECT id, cause_key::uuid, tender, amount, currency, provider, provider_ref
  FROM orders_refund
 WHERE cause_kind = 'receipt' AND cause_key = ANY (%(refunds)s::text[]) AND payment_id IS NULL AND order_id IS NULL
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: tie_refunds
-- Money that was given back is of these payments, and counts on them.
WITH told AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(orders)s::bigint[], %(payments)s::bigint[], %(amounts)s::bigint[])
                  AS row (id, order_id, payment_id, amount)
), counted AS (
    UPDATE orders_payment AS payment
       SET refunded = payment.refunded + summed.amount,
           state = CASE WHEN payment.refunded + summed.amount = payment.captured THEN 'refunded' ELSE payment.state END
      FROM (SELECT payment_id, sum(amount) AS amount FROM told GROUP BY payment_id) AS summed
     WHERE payment.id = summed.payment_id
)
UPDATE orders_refund AS one
   SET payment_id = told.payment_id, order_id = told.order_id, amount = told.amount
  FROM told
 WHERE one.id = told.id;
