-- name: open_batch
-- The batch that was offered and not yet confirmed.
SELECT id FROM integrations_batch WHERE source_id = %(source_id)s AND confirmed_at IS NULL FOR UPDATE;

-- name: new_batch
-- A batch to be offered.
INSERT INTO integrations_batch (uid, source_id, made_at) VALUES (%(uid)s, %(source_id)s, %(at)s) RETURNING id;

-- name: stamps
-- How each order stands now, of those that may be told: what it says changes whenever something 1C should know does.
SELECT sale.uid,
       md5(concat_ws('|', sale.state, sale.due, sale.total,
           (SELECT string_agg(concat_ws(',', line.id, line.quantity, line.cancelled, line.fulfilled, line.returned,
                                        line.net), ';' ORDER BY line.id)
              FROM pub.orders_line AS line WHERE line.order_id = sale.id),
           (SELECT string_agg(concat_ws(',', payment.id, payment.state, payment.captured, payment.refunded), ';'
                              ORDER BY payment.id)
              FROM pub.orders_payment AS payment WHERE payment.order_id = sale.id),
           (SELECT string_agg(concat_ws(',', one.id, one.state), ';' ORDER BY one.id)
              FROM pub.orders_fulfilment AS one WHERE one.order_id = sale.id))) AS stamp
  FROM pub.orders_order AS sale
 WHERE sale.origin = 'checkout' AND sale.placed_at IS NOT NULL;

-- name: waiting
-- Orders that the source has not confirmed as they stand now, oldest first.
WITH standing AS ({stamps})
SELECT standing.uid, standing.stamp
  FROM standing
  JOIN pub.orders_order AS sale ON sale.uid = standing.uid
  LEFT JOIN integrations_handed AS handed ON handed.source_id = %(source_id)s AND handed.order_uid = standing.uid
 WHERE handed.confirmed IS DISTINCT FROM standing.stamp
 ORDER BY sale.placed_at, sale.id
 LIMIT %(limit)s;

-- name: again
-- The orders of a batch, as they stand now.
WITH standing AS ({stamps})
SELECT standing.uid, standing.stamp
  FROM integrations_handed AS handed
  JOIN standing ON standing.uid = handed.order_uid
  JOIN pub.orders_order AS sale ON sale.uid = standing.uid
 WHERE handed.batch_id = %(batch_id)s
 ORDER BY sale.placed_at, sale.id;

-- name: hand
-- What a batch offers.
INSERT INTO integrations_handed (source_id, order_uid, batch_id, stamp)
SELECT %(source_id)s, given.uid, %(batch_id)s, given.stamp
  FROM unnest(%(uids)s::uuid[], %(stamps)s::text[]) AS given(uid, stamp)
    ON CONFLICT (source_id, order_uid) DO UPDATE SET batch_id = excluded.batch_id, stamp = excluded.stamp;

-- name: confirm
-- The source has what the batch offered.
UPDATE integrations_handed SET confirmed = stamp WHERE batch_id = %(batch_id)s;

-- name: close_batch
-- The batch is over.
UPDATE integrations_batch SET confirmed_at = %(at)s WHERE id = %(batch_id)s;

-- name: offers_of_skus
-- How the source calls the variants with these SKUs.
SELECT sku, ext_id FROM integrations_mirror
 WHERE source_id = %(source_id)s AND kind = 'offer' AND sku = ANY (%(skus)s::text[]);
