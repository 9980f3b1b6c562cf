-- name: queue
-- Put a fiscal receipt into the outbox; nothing when its external id is there.
INSERT INTO orders_fiscal (external_id, order_uid, kind, document, device, created_at, next_at)
VALUES (%(external_id)s, %(order_uid)s, %(kind)s, %(document)s::jsonb, %(device)s, %(at)s, %(at)s)
ON CONFLICT (external_id) DO NOTHING;

-- name: claim
-- Take receipts whose turn it is, for a while: who dies with one leaves it to the next.
UPDATE orders_fiscal AS one
   SET next_at = %(until)s, attempts = one.attempts + 1
  FROM (SELECT id FROM orders_fiscal
         WHERE state IN ('queued', 'sent') AND next_at <= %(at)s
         ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED) AS due
 WHERE one.id = due.id
RETURNING one.id, one.state, one.device, one.device_uid, one.attempts, one.document, one.order_uid;

-- name: move
-- What became of a receipt.
UPDATE orders_fiscal
   SET state = %(state)s, device_uid = %(device_uid)s, error = %(error)s, answer = %(answer)s::jsonb, next_at = %(next_at)s,
       done_at = CASE WHEN %(state)s IN ('done', 'failed') THEN %(at)s::timestamptz END
 WHERE id = %(id)s;

-- name: contact
-- Where the customer of an order wants the receipt.
SELECT email, phone FROM orders_order WHERE uid = %(order_uid)s;

-- name: of_order
-- Fiscal receipts of an order, oldest first.
SELECT id, external_id, order_uid, kind, state, attempts, error, device_uid, created_at, done_at
  FROM orders_fiscal WHERE order_uid = %(order_uid)s ORDER BY id;

-- name: late
-- Fiscal receipts that failed, or are not made though they are older than a moment.
SELECT id, external_id, order_uid, kind, state, attempts, error, device_uid, created_at, done_at
  FROM orders_fiscal
 WHERE state = 'failed' OR (state IN ('queued', 'sent') AND created_at < %(before)s)
 ORDER BY id LIMIT %(size)s;

-- name: again
-- Try a failed receipt once more.
UPDATE orders_fiscal SET state = 'queued', next_at = %(at)s, done_at = NULL WHERE id = %(id)s AND state = 'failed';
