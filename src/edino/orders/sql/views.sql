CREATE VIEW pub.orders_order AS
SELECT sale.id, sale.uid, sale.number, sale.state, sale.origin, sale.cart_uid, sale.source_id, sale.channel,
       sale.assortment, sale.currency, sale.location_id, sale.profile_id, sale.delivery ->> 'method' AS method,
       sale.delivery ->> 'city' AS city, sale.subtotal, sale.discount, sale.delivery_net, sale.total, sale.due,
       sale.parked, sale.exchange_of, sale.created_at, sale.placed_at, sale.closed_at
  FROM orders_order AS sale;
COMMENT ON VIEW pub.orders_order IS
    'Orders, till receipts and imported sales, without contacts. Amounts in minor units; due: neither cancelled nor returned.';

CREATE VIEW pub.orders_line AS
SELECT line.id, line.order_id, line.key, line.variant_id, line.sku, line.name, line.quantity, line.unit, line.gross,
       line.discount, line.net, line.tax, line.measure, line.cancelled, line.fulfilled, line.returned
  FROM orders_line AS line;
COMMENT ON VIEW pub.orders_line IS 'Sold lines. returned <= fulfilled, cancelled + fulfilled <= quantity.';

CREATE VIEW pub.orders_payment AS
SELECT payment.id, payment.uid, payment.order_id, payment.tender, payment.state, payment.amount, payment.captured,
       payment.refunded, payment.provider, payment.created_at, payment.captured_at
  FROM orders_payment AS payment;
COMMENT ON VIEW pub.orders_payment IS 'Payments of orders and receipts. refunded counts money promised back too.';

CREATE VIEW pub.orders_fulfilment AS
SELECT one.id, one.uid, one.order_id, one.kind, one.state, one.location_id, one.pickup_location_id, one.attempt,
       one.reason, one.slot_starts_at, one.slot_ends_at, one.created_at, one.ready_at, one.done_at
  FROM orders_fulfilment AS one;
COMMENT ON VIEW pub.orders_fulfilment IS 'Goods of one location on one way to the customer.';

CREATE VIEW pub.orders_return AS
SELECT ret.id, ret.uid, ret.number, ret.state, ret.way, ret.currency, ret.source_id, ret.location_id, ret.profile_id,
       ret.reason, ret.worth, ret.exchange_uid, ret.receipt_uid, ret.created_at, ret.settled_at
  FROM orders_return AS ret;
COMMENT ON VIEW pub.orders_return IS 'Returns, those that tills and files told of included.';

CREATE VIEW pub.orders_return_line AS
SELECT line.id, line.return_id, line.line_id, line.variant_id, line.sku, line.quantity, line.amount, line.reason,
       line.disposition
  FROM orders_return_line AS line;
COMMENT ON VIEW pub.orders_return_line IS 'Goods of returns; line_id is the sold line, none when it is receiptless.';

CREATE VIEW pub.orders_credit AS
SELECT credit.id, credit.order_id, credit.role, credit.location_id, credit.staff_id, credit.amount, credit.at
  FROM orders_credit AS credit;
COMMENT ON VIEW pub.orders_credit IS 'Who started, served or handed over a sale.';
