CREATE VIEW pub.checkout_cart AS
SELECT cart.id, cart.uid, cart.version, cart.state, cart.source_id, cart.channel, cart.assortment, cart.currency,
       cart.profile_id, cart.location, cart.staff_id, cart.lines, cart.created_at, cart.updated_at
  FROM checkout_cart AS cart;
COMMENT ON VIEW pub.checkout_cart IS 'Carts without contacts and addresses; lines are [{sku, variant, quantity}].';

CREATE VIEW pub.checkout_purchase AS
SELECT purchase.order_uid, purchase.cart_id, purchase.state, purchase.total, purchase.currency, purchase.note,
       purchase.created_at, purchase.updated_at
  FROM checkout_purchase AS purchase;
COMMENT ON VIEW pub.checkout_purchase IS 'The steps of buying a cart, as they stand.';
