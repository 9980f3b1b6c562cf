-- name: book
-- A page of the order book, newest first, narrowed by what is not null or empty, after the place of the cursor.
SELECT book.id, book.uid, book.number, book.state, book.origin, book.channel, book.currency, book.total, book.due,
       book.name, book.parked, book.location_id, coalesce(book.delivery ->> 'method', '') AS method,
       coalesce(book.delivery ->> 'location', '') AS place, book.placed_at,
       coalesce((SELECT sum(payment.captured - payment.refunded) FROM orders_payment AS payment
                  WHERE payment.order_id = book.id), 0)::bigint AS paid,
       coalesce((SELECT sum(line.quantity - line.cancelled) FROM orders_line AS line
                  WHERE line.order_id = book.id), 0)::bigint AS pieces
  FROM orders_order AS book
 WHERE book.placed_at IS NOT NULL
   AND (%(state)s::text = '' OR book.state = %(state)s)
   AND (%(channel)s::text = '' OR book.channel = %(channel)s)
   AND (%(origin)s::text = '' OR book.origin = %(origin)s)
   AND (%(location_id)s::bigint IS NULL OR book.location_id = %(location_id)s
        OR EXISTS (SELECT FROM orders_fulfilment AS parcel
                    WHERE parcel.order_id = book.id
                      AND %(location_id)s IN (parcel.location_id, parcel.pickup_location_id)))
   AND (%(words)s::text = '' OR book.number LIKE %(words)s || '%%'
        OR EXISTS (SELECT FROM orders_line AS line WHERE line.order_id = book.id AND line.sku = %(words)s))
   AND (%(since)s::timestamptz IS NULL OR book.placed_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR book.placed_at < %(until)s)
   AND (%(after_at)s::timestamptz IS NULL
        OR (book.placed_at, book.id) < (%(after_at)s::timestamptz, %(after_id)s::bigint))
 ORDER BY book.placed_at DESC, book.id DESC
 LIMIT %(size)s

-- name: count_book
-- How many orders the same filter keeps, counted no further than `most`.
SELECT count(*)
  FROM (SELECT
          FROM orders_order AS book
         WHERE book.placed_at IS NOT NULL
           AND (%(state)s::text = '' OR book.state = %(state)s)
           AND (%(channel)s::text = '' OR book.channel = %(channel)s)
           AND (%(origin)s::text = '' OR book.origin = %(origin)s)
           AND (%(location_id)s::bigint IS NULL OR book.location_id = %(location_id)s
                OR EXISTS (SELECT FROM orders_fulfilment AS parcel
                            WHERE parcel.order_id = book.id
                              AND %(location_id)s IN (parcel.location_id, parcel.pickup_location_id)))
           AND (%(words)s::text = '' OR book.number LIKE %(words)s || '%%'
                OR EXISTS (SELECT FROM orders_line AS line WHERE line.order_id = book.id AND line.sku = %(words)s))
           AND (%(since)s::timestamptz IS NULL OR book.placed_at >= %(since)s)
           AND (%(until)s::timestamptz IS NULL OR book.placed_at < %(until)s)
         LIMIT %(most)s) AS counted

-- name: store_work
-- What waits in a location: to pick, to hand over, to send on, on its way here or back; in order of slots.
SELECT parcel.id, parcel.uid, parcel.kind, parcel.state, parcel.attempt, parcel.location_id,
       parcel.pickup_location_id, parcel.slot_starts_at, parcel.slot_ends_at, parcel.created_at, parcel.ready_at,
       book.uid AS order_uid, book.number, book.name, book.currency, book.due,
       coalesce((SELECT sum(payment.captured - payment.refunded) FROM orders_payment AS payment
                  WHERE payment.order_id = book.id), 0)::bigint AS paid,
       coalesce((SELECT sum(part.quantity - part.given_up) FROM orders_allocation AS part
                  WHERE part.fulfilment_id = parcel.id), 0)::bigint AS pieces,
       coalesce((SELECT sum(found.quantity) FROM orders_picked AS found
                  WHERE found.fulfilment_id = parcel.id), 0)::bigint AS picked
  FROM orders_fulfilment AS parcel
  JOIN orders_order AS book ON book.id = parcel.order_id
 WHERE (parcel.location_id = %(location_id)s AND parcel.state IN ('to_pick', 'ready', 'coming_back'))
    OR (parcel.pickup_location_id = %(location_id)s AND parcel.location_id <> %(location_id)s
        AND parcel.state IN ('shipped', 'arrived'))
 ORDER BY coalesce(parcel.slot_starts_at, parcel.created_at), parcel.id
 LIMIT %(size)s

-- name: parcel
-- The order a parcel belongs to.
SELECT book.uid
  FROM orders_fulfilment AS parcel
  JOIN orders_order AS book ON book.id = parcel.order_id
 WHERE parcel.uid = %(uid)s

-- name: sold_to
-- What these profiles bought and may still bring back, newest first.
SELECT book.uid AS order_uid, book.number, book.currency, book.placed_at, line.id AS line_id, line.variant_id,
       line.sku, line.name, line.fulfilled - line.returned AS pieces, line.net, line.quantity
  FROM orders_order AS book
  JOIN orders_line AS line ON line.order_id = book.id
 WHERE book.profile_id IN (SELECT profile.profile_id FROM pub.customers_profile AS profile
                            WHERE profile.customer_id = %(customer_id)s)
   AND line.fulfilled > line.returned
 ORDER BY book.placed_at DESC, line.id
 LIMIT %(size)s

-- name: returns
-- A page of returns, newest first, narrowed by what is not null or empty, below the id of the cursor.
SELECT back.id, back.uid, back.number, back.state, back.way, back.currency, back.worth, back.location_id, back.reason,
       back.by, back.created_at, back.settled_at,
       coalesce((SELECT sum(line.quantity) FROM orders_return_line AS line
                  WHERE line.return_id = back.id), 0)::bigint AS pieces,
       EXISTS (SELECT FROM orders_return_line AS line
                WHERE line.return_id = back.id AND line.line_id IS NULL) AS receiptless
  FROM orders_return AS back
 WHERE (%(state)s::text = '' OR back.state = %(state)s)
   AND (NOT %(open)s::boolean OR back.state IN ('requested', 'approved', 'received', 'inspected'))
   AND (%(way)s::text = '' OR back.way = %(way)s)
   AND (%(location_id)s::bigint IS NULL OR back.location_id = %(location_id)s)
   AND (%(words)s::text = '' OR back.number LIKE %(words)s || '%%'
        OR EXISTS (SELECT FROM orders_return_line AS line
                    WHERE line.return_id = back.id AND line.sku = %(words)s))
   AND (%(since)s::timestamptz IS NULL OR back.created_at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR back.created_at < %(until)s)
   AND (%(below)s::bigint IS NULL OR back.id < %(below)s)
 ORDER BY back.id DESC
 LIMIT %(size)s

-- name: count_returns
-- How many returns the same filter keeps, counted no further than `most`.
SELECT count(*)
  FROM (SELECT
          FROM orders_return AS back
         WHERE (%(state)s::text = '' OR back.state = %(state)s)
           AND (NOT %(open)s::boolean OR back.state IN ('requested', 'approved', 'received', 'inspected'))
           AND (%(way)s::text = '' OR back.way = %(way)s)
           AND (%(location_id)s::bigint IS NULL OR back.location_id = %(location_id)s)
           AND (%(words)s::text = '' OR back.number LIKE %(words)s || '%%'
                OR EXISTS (SELECT FROM orders_return_line AS line
                            WHERE line.return_id = back.id AND line.sku = %(words)s))
           AND (%(since)s::timestamptz IS NULL OR back.created_at >= %(since)s)
           AND (%(until)s::timestamptz IS NULL OR back.created_at < %(until)s)
         LIMIT %(most)s) AS counted

-- name: returns_of
-- The returns that touch an order, newest first.
SELECT DISTINCT back.id, back.uid, back.number, back.state, back.way, back.currency, back.worth, back.location_id,
       back.reason, back.by, back.created_at, back.settled_at, 0::bigint AS pieces, false AS receiptless
  FROM orders_line AS sold
  JOIN orders_return_line AS line ON line.line_id = sold.id
  JOIN orders_return AS back ON back.id = line.return_id
 WHERE sold.order_id = %(order_id)s
 ORDER BY back.id DESC

-- name: troubles
-- What is nobody's turn: orders that no place has, refunds not paid out, parcels not heard of, cases of till receipts.
SELECT kind, uid, ref, number, note, currency, amount, at
  FROM (SELECT 'parked' AS kind, book.uid, book.uid AS ref, book.number, book.parked AS note, book.currency,
               book.due AS amount, coalesce(book.placed_at, book.created_at) AS at
          FROM orders_order AS book
         WHERE book.parked <> '' AND book.state NOT IN ('closed', 'cancelled', 'dropped')
        UNION ALL
        SELECT CASE refund.state WHEN 'failed' THEN 'refund_failed' ELSE 'refund_due' END, book.uid, refund.uid,
               book.number, refund.tender, refund.currency, refund.amount, refund.created_at
          FROM orders_refund AS refund
          JOIN orders_order AS book ON book.id = refund.order_id
         WHERE refund.state IN ('due', 'failed')
        UNION ALL
        SELECT 'overdue', book.uid, parcel.uid, book.number, concat_ws(' ', nullif(parcel.carrier, ''), parcel.tracking),
               book.currency,
               greatest(0, book.due - (SELECT coalesce(sum(paid.captured - paid.refunded), 0)
                                         FROM orders_payment AS paid WHERE paid.order_id = book.id))::bigint,
               parcel.done_at
          FROM orders_fulfilment AS parcel
          JOIN orders_order AS book ON book.id = parcel.order_id
         WHERE parcel.state IN ('shipped', 'coming_back') AND parcel.done_at < %(overdue)s
        UNION ALL
        SELECT one.kind, one.subject, one.uid, one.number, one.note, one.currency, one.amount, one.opened_at
          FROM orders_case AS one
         WHERE one.closed_at IS NULL) AS found
 ORDER BY at, ref
 LIMIT %(size)s
