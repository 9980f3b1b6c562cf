-- name: add_notices
-- Remember what customers are to be told, once per fact; what is told too late is passed over.
INSERT INTO orders_notice (key, order_id, return_uid, kind, detail, state, note, next_at, created_at, done_at)
SELECT told.key, sale.id, told.return_uid, told.kind, told.detail,
       CASE WHEN told.late THEN 'skipped' ELSE 'due' END, CASE WHEN told.late THEN 'late' ELSE '' END, told.due, %(at)s,
       CASE WHEN told.late THEN %(at)s::timestamptz END
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS told (key uuid, order_uid uuid, return_uid uuid, kind text, detail jsonb, late boolean, due timestamptz)
  LEFT JOIN orders_order AS sale ON sale.uid = told.order_uid
ON CONFLICT (key) DO NOTHING;

-- name: claim
-- Take notices that are due, so that nobody else sends them.
UPDATE orders_notice AS one
   SET state = 'sending', tries = one.tries + 1, next_at = %(until)s
  FROM (SELECT due.id FROM orders_notice AS due
         WHERE due.state = 'due' AND due.next_at <= %(at)s
         ORDER BY due.next_at, due.id LIMIT %(size)s FOR UPDATE SKIP LOCKED) AS mine
 WHERE one.id = mine.id
RETURNING one.id, (SELECT sale.uid FROM orders_order AS sale WHERE sale.id = one.order_id) AS order_uid, one.return_uid,
          one.kind, one.detail, one.tries;

-- name: lost
-- Notices whose sender died in it: nobody knows whether they arrived, so they are not repeated.
UPDATE orders_notice SET state = 'unknown', done_at = %(at)s WHERE state = 'sending' AND next_at <= %(at)s;

-- name: ended
-- How the sending of a notice ended.
UPDATE orders_notice
   SET state = %(state)s, channel = %(channel)s, note = %(note)s, next_at = coalesce(%(next_at)s::timestamptz, next_at),
       done_at = CASE WHEN %(state)s = 'due' THEN NULL ELSE %(at)s::timestamptz END
 WHERE id = %(id)s AND state = 'sending'
RETURNING order_id;

-- name: notices
-- What a customer was told of an order, oldest first.
SELECT one.kind, one.state, one.channel, one.note, one.tries, one.created_at, one.done_at
  FROM orders_notice AS one WHERE one.order_id = %(order_id)s ORDER BY one.id;

-- name: owner
-- The customer whose a profile is now.
SELECT customer_uid FROM pub.customers_profile WHERE profile_id = %(profile_id)s;
