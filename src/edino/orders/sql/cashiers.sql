-- name: tallies
-- What each person did at each of these stores since a moment: sales, discounts, cancellations, returns.
WITH sold AS (
    SELECT credit.location_id, credit.name, count(*) AS sales, count(*) FILTER (WHERE sale.discount > 0) AS discounted
      FROM orders_credit AS credit
      JOIN orders_order AS sale ON sale.id = credit.order_id
     WHERE credit.location_id = ANY (%(places)s::bigint[]) AND credit.at >= %(since)s AND credit.role = 'served'
       AND credit.name <> ''
     GROUP BY credit.location_id, credit.name
), undone AS (
    SELECT one.location_id, one.name, count(DISTINCT one.order_id) AS cancelled
      FROM (SELECT past.order_id, past.by AS name,
                   coalesce((SELECT credit.location_id FROM orders_credit AS credit
                              WHERE credit.order_id = past.order_id AND credit.location_id IS NOT NULL
                              ORDER BY credit.role = 'served' DESC, credit.id LIMIT 1),
                            (SELECT coalesce(parcel.pickup_location_id, parcel.location_id)
                               FROM orders_fulfilment AS parcel WHERE parcel.order_id = past.order_id
                              ORDER BY parcel.id LIMIT 1)) AS location_id
              FROM orders_history AS past
             WHERE past.what = 'cancelled' AND past.at >= %(since)s AND past.by <> '') AS one
     WHERE one.location_id = ANY (%(places)s::bigint[])
     GROUP BY one.location_id, one.name
), back AS (
    SELECT back.location_id, back.by AS name, count(*) AS returned,
           count(*) FILTER (WHERE EXISTS (SELECT FROM orders_return_line AS line
                                           WHERE line.return_id = back.id AND line.line_id IS NULL)) AS receiptless
      FROM orders_return AS back
     WHERE back.created_at >= %(since)s AND back.state = 'settled' AND back.way IN ('store', 'till') AND back.by <> ''
       AND back.location_id = ANY (%(places)s::bigint[])
     GROUP BY back.location_id, back.by
)
SELECT location_id, name, coalesce(sold.sales, 0) AS sales, coalesce(undone.cancelled, 0) AS cancelled,
       coalesce(back.returned, 0) AS returned, coalesce(back.receiptless, 0) AS receiptless,
       coalesce(sold.discounted, 0) AS discounted
  FROM sold
  FULL JOIN undone USING (location_id, name)
  FULL JOIN back USING (location_id, name)
 ORDER BY location_id, name;

-- name: deeds
-- The events behind the figures of one person at one store since a moment, newest first.
SELECT measure, uid, number, at, currency, amount, why
  FROM (SELECT 'discounted' AS measure, sale.uid, sale.number, credit.at, sale.currency, sale.discount AS amount, '' AS why
          FROM orders_credit AS credit
          JOIN orders_order AS sale ON sale.id = credit.order_id
         WHERE credit.location_id = %(place)s AND credit.at >= %(since)s AND credit.role = 'served'
           AND credit.name = %(name)s AND sale.discount > 0
        UNION ALL
        SELECT 'cancelled', sale.uid, sale.number, past.at, sale.currency,
               coalesce((past.detail ->> 'amount')::bigint, 0), past.why
          FROM orders_history AS past
          JOIN orders_order AS sale ON sale.id = past.order_id
         WHERE past.what = 'cancelled' AND past.at >= %(since)s AND past.by = %(name)s
           AND %(place)s = coalesce((SELECT credit.location_id FROM orders_credit AS credit
                                      WHERE credit.order_id = past.order_id AND credit.location_id IS NOT NULL
                                      ORDER BY credit.role = 'served' DESC, credit.id LIMIT 1),
                                    (SELECT coalesce(parcel.pickup_location_id, parcel.location_id)
                                       FROM orders_fulfilment AS parcel WHERE parcel.order_id = past.order_id
                                      ORDER BY parcel.id LIMIT 1))
        UNION ALL
        SELECT CASE WHEN EXISTS (SELECT FROM orders_return_line AS line
                                  WHERE line.return_id = back.id AND line.line_id IS NULL)
                    THEN 'receiptless' ELSE 'returned' END,
               back.uid, back.number, back.created_at, back.currency, back.worth, back.reason
          FROM orders_return AS back
         WHERE back.created_at >= %(since)s AND back.state = 'settled' AND back.way IN ('store', 'till')
           AND back.by = %(name)s AND back.location_id = %(place)s) AS found
 ORDER BY at DESC, uid
 LIMIT %(size)s;
