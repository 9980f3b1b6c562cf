-- name: payments
-- Payments of which another sum counts as given back than their refunds make.
SELECT 'payment ' || payment.uid, payment.refunded, coalesce(ledger.amount, 0)
  FROM orders_payment AS payment
  LEFT JOIN (SELECT payment_id, sum(amount)::bigint AS amount FROM orders_refund WHERE payment_id IS NOT NULL
              GROUP BY payment_id) AS ledger ON ledger.payment_id = payment.id
 WHERE payment.refunded <> coalesce(ledger.amount, 0)
 ORDER BY payment.id LIMIT 1000;

-- name: gift_cards
-- Orders that gave back to a gift card another sum than the ledger of the card has from them. Tills tell theirs apart.
WITH ours AS (
    SELECT DISTINCT sale.id, sale.uid, payment.provider_ref::bigint AS card_id
      FROM orders_payment AS payment JOIN orders_order AS sale ON sale.id = payment.order_id
     WHERE payment.provider = 'gift_card' AND payment.tender = 'gift_card' AND payment.provider_ref ~ '^[0-9]{1,18}$'
       AND NOT EXISTS (SELECT FROM orders_refund AS told WHERE told.order_id = sale.id AND told.cause_kind = 'receipt')
), given AS (
    SELECT ours.id, ours.uid, ours.card_id,
           (SELECT coalesce(sum(refund.amount), 0)::bigint
              FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id
             WHERE payment.order_id = ours.id AND payment.provider = 'gift_card' AND refund.tender = 'gift_card'
               AND payment.provider_ref = ours.card_id::text AND refund.provider_ref = ours.card_id::text
               AND refund.state = 'done') AS said,
           (SELECT coalesce(sum(entry.amount), 0)::bigint FROM pub.promotions_gift_entry AS entry
             WHERE entry.order_uid = ours.uid AND entry.card_id = ours.card_id AND entry.kind = 'refunded') AS booked
      FROM ours
)
SELECT 'order ' || uid || ', back on gift card ' || card_id, said, booked FROM given WHERE said <> booked
 ORDER BY id LIMIT 1000;

-- name: returned
-- Sold lines of which other pieces count as come back than returns that stand name.
SELECT 'line ' || line.id || ' of ' || line.sku, line.returned::bigint, coalesce(ledger.quantity, 0)
  FROM orders_line AS line
  LEFT JOIN (SELECT part.line_id, sum(part.quantity)::bigint AS quantity
               FROM orders_return_line AS part JOIN orders_return AS ret ON ret.id = part.return_id
              WHERE part.line_id IS NOT NULL AND ret.state NOT IN ('refused', 'withdrawn')
              GROUP BY part.line_id) AS ledger ON ledger.line_id = line.id
 WHERE line.returned <> coalesce(ledger.quantity, 0)
 ORDER BY line.id LIMIT 1000;

-- name: promised
-- Stock of which other pieces are promised than the allocations of placed orders still wait for.
SELECT 'stock of ' || variant.sku || ' at ' || place.code, level.used, coalesce(ledger.quantity, 0)
  FROM pub.inventory_level AS level
  JOIN pub.inventory_location AS place ON place.id = level.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
  LEFT JOIN (SELECT part.capacity_id, sum(part.quantity - part.gone - part.given_up)::bigint AS quantity
               FROM orders_allocation AS part
               JOIN orders_line AS line ON line.id = part.line_id
               JOIN orders_order AS sale ON sale.id = line.order_id
              WHERE sale.state NOT IN ('draft', 'dropped')
              GROUP BY part.capacity_id) AS ledger ON ledger.capacity_id = level.capacity_id
 WHERE level.used <> coalesce(ledger.quantity, 0)
 ORDER BY level.id LIMIT 1000;

-- name: slots
-- Times of pickup of which other places are taken than orders that were not cancelled took.
SELECT 'slot ' || slot.uid, capacity.used, coalesce(ledger.quantity, 0)
  FROM pub.inventory_slot AS slot
  JOIN kernel_capacity AS capacity ON capacity.id = slot.capacity_id
  LEFT JOIN (SELECT (want ->> 0)::bigint AS capacity_id, sum((want ->> 1)::bigint)::bigint AS quantity
               FROM orders_order AS sale CROSS JOIN LATERAL jsonb_array_elements(sale.promise -> 'wants') AS want
              WHERE sale.state NOT IN ('draft', 'dropped', 'cancelled') AND want ->> 2 = 'slot'
              GROUP BY 1) AS ledger ON ledger.capacity_id = capacity.id
 WHERE capacity.used <> coalesce(ledger.quantity, 0)
 ORDER BY slot.id LIMIT 1000;
