-- name: move_fulfilment
-- Move a fulfilment on; nothing when it is in none of the states it may come from.
UPDATE orders_fulfilment
   SET state = %(state)s,
       reason = CASE WHEN %(reason)s = '' THEN reason ELSE %(reason)s END,
       carrier = CASE WHEN %(carrier)s = '' THEN carrier ELSE %(carrier)s END,
       tracking = CASE WHEN %(tracking)s = '' THEN tracking ELSE %(tracking)s END,
       ready_at = CASE WHEN %(state)s = 'ready' THEN %(at)s ELSE ready_at END,
       done_at = CASE WHEN %(state)s IN ('handed_over', 'delivered', 'came_back', 'rejected', 'cancelled')
                        OR (%(state)s = 'shipped' AND kind <> 'transfer') THEN %(at)s ELSE done_at END
 WHERE id = %(id)s AND state = ANY (%(from_)s::text[]);

-- name: goods_left
-- Allocations whose goods left their location.
UPDATE orders_allocation AS allocation
   SET gone = allocation.gone + told.quantity
  FROM unnest(%(ids)s::bigint[], %(quantities)s::integer[]) AS told (id, quantity)
 WHERE allocation.id = told.id;

-- name: give_up
-- Allocations that are no longer wanted; what had left already (and waits at the place of pickup) is taken back.
UPDATE orders_allocation AS allocation
   SET given_up = allocation.given_up + told.quantity,
       gone = allocation.gone - CASE WHEN told.gone THEN told.quantity ELSE 0 END
  FROM unnest(%(ids)s::bigint[], %(quantities)s::integer[], %(gone)s::boolean[]) AS told (id, quantity, gone)
 WHERE allocation.id = told.id;

-- name: count_lines
-- Add to the counters of lines; the database refuses more than was sold or handed out.
UPDATE orders_line AS line
   SET cancelled = line.cancelled + told.cancelled,
       fulfilled = line.fulfilled + told.fulfilled,
       returned = line.returned + told.returned,
       less = line.less + told.less
  FROM unnest(%(ids)s::bigint[], %(cancelled)s::integer[], %(fulfilled)s::integer[], %(returned)s::integer[],
              %(less)s::bigint[])
       AS told (id, cancelled, fulfilled, returned, less)
 WHERE line.id = told.id;

-- name: lock_lines
-- Lock sold lines in the order of their ids, with what their orders say.
SELECT line.id, line.order_id, sale.uid, sale.number, sale.currency, sale.profile_id, sale.state, line.variant_id,
       line.sku, line.name, line.quantity, line.cancelled, line.fulfilled, line.returned, line.unit, line.net,
       line.less, line.measure
  FROM orders_line AS line
  JOIN orders_order AS sale ON sale.id = line.order_id
 WHERE line.id = ANY (%(ids)s::bigint[])
 ORDER BY line.id
   FOR NO KEY UPDATE OF line;

-- name: settle_order
-- Bring the state of orders to what their lines, parcels and payments say, and take from what is due. An order is closed
-- when it is paid and nothing of it is on the way any more.
WITH told AS (
    SELECT id, less FROM unnest(%(ids)s::bigint[], %(less)s::bigint[]) AS told (id, less)
), counted AS (
    SELECT told.id, told.less, sum(line.quantity - line.cancelled - line.fulfilled) AS open, sum(line.fulfilled) AS fulfilled,
           (SELECT coalesce(sum(one.captured - one.refunded), 0) FROM orders_payment AS one WHERE one.order_id = told.id)
             AS paid,
           EXISTS (SELECT FROM orders_fulfilment AS one
                    WHERE one.order_id = told.id AND one.state IN ('shipped', 'coming_back')) AS away
      FROM told JOIN orders_line AS line ON line.order_id = told.id
     GROUP BY told.id, told.less
)
UPDATE orders_order AS sale
   SET due = sale.due - counted.less,
       state = CASE WHEN sale.state IN ('draft', 'dropped') THEN sale.state
                    WHEN counted.open = 0 AND counted.fulfilled = 0 THEN 'cancelled'
                    WHEN counted.open = 0 AND counted.paid >= sale.due - counted.less AND NOT counted.away THEN 'closed'
                    WHEN counted.open = 0 THEN 'fulfilled'
                    WHEN counted.fulfilled > 0 THEN 'part_fulfilled'
                    ELSE 'placed' END,
       parked = CASE WHEN counted.open = 0 THEN '' ELSE sale.parked END,
       closed_at = CASE WHEN counted.open = 0 THEN coalesce(sale.closed_at, %(at)s) END,
       version = sale.version + 1
  FROM counted
 WHERE sale.id = counted.id;

-- name: add_allocations
-- Allocations of lines that are there.
INSERT INTO orders_allocation (line_id, variant_id, location_id, capacity_id, quantity, fulfilled_from)
SELECT told.line_id, told.variant_id, told.location_id, told.capacity_id, told.quantity, told.fulfilled_from
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS told (line_id bigint, variant_id bigint, location_id bigint, capacity_id bigint, quantity integer,
                fulfilled_from text);

-- name: park
-- Say that nobody could fulfil an order, or that somebody can again.
UPDATE orders_order SET parked = %(why)s, version = version + 1 WHERE id = %(id)s;

-- name: promise_more
-- What an order takes from capacities after it was placed, so that it goes back with the rest.
UPDATE orders_order
   SET promise = jsonb_set(promise, '{wants}', coalesce(promise -> 'wants', '[]') || %(wants)s::jsonb)
 WHERE id = %(id)s;

-- name: add_credit
-- Whose sale it is, too.
INSERT INTO orders_credit (order_id, role, location_id, staff_id, name, amount, at)
VALUES (%(order_id)s, %(role)s, %(location_id)s, %(staff_id)s, %(name)s, %(amount)s, %(at)s);

-- name: cancel_empty
-- Fulfilments of an order from which everything was taken away.
UPDATE orders_fulfilment AS one
   SET state = 'cancelled', done_at = %(at)s
 WHERE one.order_id = %(order_id)s AND one.state IN ('to_pick', 'ready', 'arrived')
   AND NOT EXISTS (SELECT FROM orders_allocation AS part
                    WHERE part.fulfilment_id = one.id AND part.quantity > part.given_up);

-- name: add_lines
-- Lines that an edit adds to an order.
INSERT INTO orders_line (order_id, key, variant_id, sku, name, quantity, unit, gross, discount, net, tax, shares)
SELECT %(order_id)s, told.key, told.variant_id, told.sku, told.name, told.quantity, told.unit, told.gross, told.discount,
       told.net, told.tax, told.shares
  FROM jsonb_to_recordset(%(lines)s::jsonb)
       AS told (key text, variant_id bigint, sku text, name text, quantity integer, unit bigint, gross bigint,
                discount bigint, net bigint, tax text, shares jsonb)
RETURNING id, key;

-- name: grow
-- Add what an edit added to the sums of an order.
UPDATE orders_order
   SET subtotal = subtotal + %(gross)s, discount = discount + %(discount)s, total = total + %(net)s, due = due + %(net)s,
       version = version + 1
 WHERE id = %(id)s;
