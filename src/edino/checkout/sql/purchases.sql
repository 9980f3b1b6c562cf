-- name: of_cart
-- The purchase of a cart that was not given up.
SELECT p.id, p.cart_id, c.uid, p.cart_version, p.order_uid, p.state, p.fence, p.lease_until, p.key, p.fingerprint,
       p.total, p.currency, p.tenders, p.quote, p.note, p.created_at, p.answer, p.given_up
  FROM checkout_purchase AS p JOIN checkout_cart AS c ON c.id = p.cart_id
 WHERE p.cart_id = %(cart_id)s AND NOT p.given_up;

-- name: by_order
-- The purchase of an order.
SELECT p.id, p.cart_id, c.uid, p.cart_version, p.order_uid, p.state, p.fence, p.lease_until, p.key, p.fingerprint,
       p.total, p.currency, p.tenders, p.quote, p.note, p.created_at, p.answer, p.given_up
  FROM checkout_purchase AS p JOIN checkout_cart AS c ON c.id = p.cart_id
 WHERE p.order_uid = %(order_uid)s;

-- name: by_order_locked
-- The purchase of an order, locked until the transaction ends.
SELECT p.id, p.cart_id, c.uid, p.cart_version, p.order_uid, p.state, p.fence, p.lease_until, p.key, p.fingerprint,
       p.total, p.currency, p.tenders, p.quote, p.note, p.created_at, p.answer, p.given_up
  FROM checkout_purchase AS p JOIN checkout_cart AS c ON c.id = p.cart_id
 WHERE p.order_uid = %(order_uid)s FOR UPDATE OF p;

-- name: begin
-- Write a purchase down and close its cart to changes.
WITH cart AS (
    UPDATE checkout_cart
       SET state = %(cart_state)s, delivery = %(delivery)s::jsonb, contact = %(contact)s::jsonb,
           profile_id = coalesce(profile_id, %(profile_id)s::bigint), version = %(cart_version)s, updated_at = %(at)s
     WHERE id = %(cart_id)s),
act AS (
    INSERT INTO checkout_act (cart_id, version, at, kind, name, device, what)
    VALUES (%(cart_id)s, %(cart_version)s, %(at)s, %(kind)s, %(name)s, %(device)s, %(what)s))
INSERT INTO checkout_purchase (cart_id, cart_version, order_uid, state, fence, lease_until, key, fingerprint, total,
                               currency, tenders, quote, answer, created_at, updated_at)
VALUES (%(cart_id)s, %(cart_version)s, %(order_uid)s, %(state)s, 1, %(lease_until)s, %(key)s, %(fingerprint)s,
        %(total)s, %(currency)s, %(tenders)s::jsonb, %(quote)s::jsonb, %(answer)s::jsonb, %(at)s, %(at)s)
RETURNING id;

-- name: take_over
-- Take a purchase whose lease ran out, with the next fence; no row when somebody else did.
UPDATE checkout_purchase SET fence = fence + 1, lease_until = %(until)s, updated_at = %(at)s
 WHERE id = %(id)s AND fence = %(fence)s AND lease_until <= %(at)s
RETURNING fence;

-- name: renew
-- Prolong a lease that is still ours.
UPDATE checkout_purchase SET lease_until = %(until)s WHERE id = %(id)s AND fence = %(fence)s;

-- name: set_state
-- Move a purchase whose row is locked on, with what is answered from now on.
UPDATE checkout_purchase
   SET state = %(state)s, note = %(note)s, answer = coalesce(%(answer)s::jsonb, answer),
       given_up = given_up OR %(state)s::text = 'released', updated_at = %(at)s, lease_until = least(lease_until, %(at)s)
 WHERE id = %(id)s;

-- name: lease_due
-- Purchases under way whose lease has run out, the longest first.
SELECT order_uid FROM checkout_purchase
 WHERE state IN ('prepared', 'paying') AND lease_until <= %(at)s ORDER BY lease_until LIMIT %(most)s;

-- name: postpone
-- Look at a purchase again later.
UPDATE checkout_purchase SET lease_until = greatest(lease_until, %(until)s) WHERE order_uid = %(order_uid)s;

-- name: to_capture
-- Orders that are placed and whose money was only authorised, noted before a moment; released ones with money too.
SELECT DISTINCT p.order_uid
  FROM checkout_attempt AS a JOIN checkout_purchase AS p ON p.id = a.purchase_id
 WHERE a.state = 'authorised' AND a.noted_at <= %(before)s AND p.state IN ('placed', 'released')
 LIMIT %(most)s;

-- name: unended
-- Released purchases with a payment that may still come, noted before a moment.
SELECT DISTINCT p.order_uid
  FROM checkout_attempt AS a JOIN checkout_purchase AS p ON p.id = a.purchase_id
 WHERE a.state IN ('asked', 'pending') AND a.noted_at <= %(before)s AND p.state IN ('placed', 'released', 'parked')
 LIMIT %(most)s;

-- name: parked
-- Purchases that wait for a person, the oldest first.
SELECT p.id, p.cart_id, c.uid, p.cart_version, p.order_uid, p.state, p.fence, p.lease_until, p.key, p.fingerprint,
       p.total, p.currency, p.tenders, p.quote, p.note, p.created_at, p.answer, p.given_up
  FROM checkout_purchase AS p JOIN checkout_cart AS c ON c.id = p.cart_id
 WHERE p.state = 'parked' ORDER BY p.id LIMIT %(most)s;

-- name: attempts
-- Every try to have a purchase paid, in order.
SELECT id, purchase_id, place, number, provider, amount, currency, state, coalesce(ref, ''), url, noted_at
  FROM checkout_attempt WHERE purchase_id = %(purchase_id)s ORDER BY place, number;

-- name: note_attempt
-- Note that a provider is about to be asked.
INSERT INTO checkout_attempt (purchase_id, place, number, provider, amount, currency, state, noted_at)
VALUES (%(purchase_id)s, %(place)s, %(number)s, %(provider)s, %(amount)s, %(currency)s, 'asked', %(at)s)
    ON CONFLICT (purchase_id, place, number) DO NOTHING;

-- name: note_money
-- Note what a provider said; a state never goes back.
UPDATE checkout_attempt
   SET state = %(state)s, ref = coalesce(ref, %(ref)s::text), url = CASE WHEN %(url)s::text = '' THEN url ELSE %(url)s::text END,
       reason = %(reason)s, noted_at = %(at)s
 WHERE id = %(id)s AND state = ANY (%(before)s::text[]);

-- name: order_of_payment
-- The order that a provider's payment is for.
SELECT p.order_uid FROM checkout_attempt AS a JOIN checkout_purchase AS p ON p.id = a.purchase_id
 WHERE a.provider = %(provider)s AND a.ref = %(ref)s;
