-- name: order_lines
-- What the lines of orders and refunds of a source add up to; "sold" is what known customers paid for.
WITH line AS MATERIALIZED (
    SELECT fact.type = 'Order Refunded' AS given_back,
           profile.customer_id,
           coalesce(fact.body -> 'properties' ->> 'refund_id', fact.body -> 'properties' ->> 'order_id') AS invoice,
           fact.body -> 'properties' ->> 'country' AS country,
           product.sku,
           product.quantity * product.price AS amount
      FROM kernel_log AS fact
     CROSS JOIN LATERAL jsonb_to_recordset(fact.body -> 'properties' -> 'products')
           AS product (sku text, quantity numeric, price numeric)
      LEFT JOIN pub.customers_profile AS profile ON profile.profile_id = fact.profile_id
     WHERE fact.class = 0
       AND fact.type IN ('Order Completed', 'Order Refunded')
       AND fact.source_id = %(source_id)s
)
SELECT count(*) AS lines,
       count(DISTINCT customer_id) AS customers,
       count(DISTINCT invoice) AS invoices,
       count(DISTINCT sku) AS codes,
       count(DISTINCT country) AS countries,
       coalesce(sum(CASE WHEN given_back THEN -amount ELSE amount END), 0) AS gross,
       count(DISTINCT invoice) FILTER (WHERE given_back) AS returns,
       count(*) FILTER (WHERE sold) AS sold_lines,
       count(DISTINCT customer_id) FILTER (WHERE sold) AS sold_customers,
       count(DISTINCT invoice) FILTER (WHERE sold) AS sold_invoices,
       coalesce(sum(amount) FILTER (WHERE sold), 0) AS sold_gross
  FROM (SELECT line.*, NOT given_back AND amount > 0 AND customer_id IS NOT NULL AS sold FROM line) AS told;

-- name: month
-- What the simulated month left: events, orders, returns, fragments that did something and the customers they are.
SELECT count(*) AS events,
       count(*) FILTER (WHERE fact.type = 'Order Completed') AS orders,
       count(*) FILTER (WHERE fact.type = 'Order Refunded') AS returns,
       count(DISTINCT fact.profile_id) AS fragments,
       count(DISTINCT profile.customer_id) AS customers
  FROM kernel_log AS fact
  LEFT JOIN pub.customers_profile AS profile ON profile.profile_id = fact.profile_id
 WHERE fact.source_id = ANY (%(source_ids)s::integer[]);
