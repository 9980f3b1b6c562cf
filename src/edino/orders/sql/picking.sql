-- name: pick
-- One more piece of a line was found for a parcel that is being picked; nothing when it has all of them, or is not.
INSERT INTO orders_picked AS known (fulfilment_id, line_id, quantity, by, at)
SELECT parcel.id, line.id, 1, %(by)s, %(at)s
  FROM orders_fulfilment AS parcel
  JOIN orders_line AS line ON line.order_id = parcel.order_id AND line.key = %(key)s
 WHERE parcel.uid = %(parcel)s AND parcel.state = 'to_pick'
   AND EXISTS (SELECT FROM orders_allocation AS part
                WHERE part.fulfilment_id = parcel.id AND part.line_id = line.id
                  AND part.quantity > part.gone + part.given_up)
    ON CONFLICT (fulfilment_id, line_id) DO UPDATE
   SET quantity = known.quantity + 1, by = excluded.by, at = excluded.at
 WHERE known.quantity < (SELECT sum(part.quantity - part.gone - part.given_up) FROM orders_allocation AS part
                          WHERE part.fulfilment_id = known.fulfilment_id AND part.line_id = known.line_id)
RETURNING quantity;

-- name: unpick
-- One piece fewer: it was the wrong one.
UPDATE orders_picked AS known SET quantity = known.quantity - 1, by = %(by)s, at = %(at)s
  FROM orders_fulfilment AS parcel
  JOIN orders_line AS line ON line.order_id = parcel.order_id AND line.key = %(key)s
 WHERE parcel.uid = %(parcel)s AND parcel.state = 'to_pick'
   AND known.fulfilment_id = parcel.id AND known.line_id = line.id AND known.quantity > 0
RETURNING known.quantity;

-- name: picked
-- What was found of a parcel so far, by whom last.
SELECT line.key, known.quantity, known.by
  FROM orders_picked AS known
  JOIN orders_fulfilment AS parcel ON parcel.id = known.fulfilment_id
  JOIN orders_line AS line ON line.id = known.line_id
 WHERE parcel.uid = %(parcel)s
 ORDER BY known.at;
