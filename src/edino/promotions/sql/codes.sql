-- name: add_batch
-- Coupons made together.
INSERT INTO promotions_batch (uid, promotion_id, issued_by, reason, created_at)
VALUES (%(uid)s, %(promotion)s, %(by)s, %(reason)s, %(at)s)
RETURNING id;

-- name: add_coupons
-- Make coupons of these codes; those that were free come back.
INSERT INTO promotions_coupon (code, promotion_id, batch_id, kind, customer_id, uses, starts_at, ends_at, created_at)
SELECT code, %(promotion)s, %(batch)s, %(kind)s, %(customer)s::bigint, %(uses)s::int, %(starts_at)s::timestamptz,
       %(ends_at)s::timestamptz, %(at)s
  FROM unnest(%(codes)s::text[]) AS given(code)
    ON CONFLICT (code) DO NOTHING
RETURNING id, code;

-- name: open_issuer_budget
-- Let there be a row that stands for what a person may give away of a promotion in a month.
INSERT INTO promotions_issuer_budget (promotion_id, issuer, month) VALUES (%(promotion)s, %(issuer)s, %(month)s)
    ON CONFLICT (promotion_id, issuer, month) DO NOTHING;

-- name: issuer_budget
-- The row that stands for what a person may give away of a promotion in a month.
SELECT id FROM promotions_issuer_budget
 WHERE promotion_id = %(promotion)s AND issuer = %(issuer)s AND month = %(month)s;

-- name: budget_total
-- What a person may give away in a month, as it was set when the month began for him.
SELECT total FROM kernel_capacity WHERE id = %(capacity)s;

-- name: void
-- A coupon is worth nothing from now on.
UPDATE promotions_coupon SET is_void = true WHERE id = %(id)s AND NOT is_void RETURNING code;

-- name: coupons
-- A page of coupons, newest first, with what is free of each.
SELECT c.id, c.code, c.promotion_id, v.name AS promotion, c.kind, c.customer_id, c.uses,
       CASE WHEN cap.id IS NOT NULL THEN greatest(0, cap.total + cap.slack - cap.used - cap.held) END AS left, c.ends_at, c.is_void AS void,
       b.issued_by, b.reason, c.created_at
  FROM promotions_coupon AS c
  JOIN promotions_promotion AS p ON p.id = c.promotion_id
  JOIN promotions_version AS v ON v.promotion_id = p.id AND v.number = p.version
  JOIN promotions_batch AS b ON b.id = c.batch_id
  LEFT JOIN kernel_capacity AS cap ON cap.kind = 'coupon' AND cap.ref = c.id
 WHERE (%(id)s::bigint IS NULL OR c.id = %(id)s::bigint)
   AND (%(promotion)s::bigint IS NULL OR c.promotion_id = %(promotion)s::bigint)
   AND (%(batch)s::uuid IS NULL OR b.uid = %(batch)s::uuid)
   AND (%(code)s = '' OR c.code LIKE %(code)s || '%%')
   AND (%(after_at)s::timestamptz IS NULL
        OR (c.created_at, c.id) < (%(after_at)s::timestamptz, %(after_id)s::bigint))
 ORDER BY c.created_at DESC, c.id DESC
 LIMIT %(limit)s;

-- name: coupons_of
-- The coupons made for a customer, whichever of his ids they were made for, that count now; the first to end first.
SELECT c.id, c.code, c.promotion_id, v.name AS promotion, c.kind, c.customer_id, c.uses,
       CASE WHEN cap.id IS NOT NULL THEN greatest(0, cap.total + cap.slack - cap.used - cap.held) END AS left, c.ends_at, c.is_void AS void,
       b.issued_by, b.reason, c.created_at
  FROM promotions_coupon AS c
  JOIN promotions_promotion AS p ON p.id = c.promotion_id
  JOIN promotions_version AS v ON v.promotion_id = p.id AND v.number = p.version
  JOIN promotions_batch AS b ON b.id = c.batch_id
  LEFT JOIN kernel_capacity AS cap ON cap.kind = 'coupon' AND cap.ref = c.id
 WHERE c.customer_id IN (SELECT w.issued_id FROM pub.customers_customer AS w WHERE w.customer_id = %(customer)s
                         UNION SELECT %(customer)s::bigint)
   AND NOT c.is_void AND p.state = 'active'
   AND (c.starts_at IS NULL OR c.starts_at <= %(at)s)
   AND (c.ends_at IS NULL OR c.ends_at > %(at)s)
   AND (cap.id IS NULL OR cap.total + cap.slack - cap.used - cap.held > 0)
 ORDER BY c.ends_at NULLS LAST, c.id
 LIMIT %(limit)s;

-- name: count_coupons
-- How many coupons there are by these filters.
SELECT count(*) FROM promotions_coupon AS c JOIN promotions_batch AS b ON b.id = c.batch_id
 WHERE (%(id)s::bigint IS NULL OR c.id = %(id)s::bigint)
   AND (%(promotion)s::bigint IS NULL OR c.promotion_id = %(promotion)s::bigint)
   AND (%(batch)s::uuid IS NULL OR b.uid = %(batch)s::uuid)
   AND (%(code)s = '' OR c.code LIKE %(code)s || '%%');

-- name: batches
-- Batches, newest first, with how many coupons each has and how many of them were ever used.
SELECT b.uid, b.promotion_id, v.name AS promotion, b.issued_by, b.reason, b.created_at, made.coupons, made.used
  FROM promotions_batch AS b
  JOIN promotions_promotion AS p ON p.id = b.promotion_id
  JOIN promotions_version AS v ON v.promotion_id = p.id AND v.number = p.version
 CROSS JOIN LATERAL (
       SELECT count(*) AS coupons,
              count(*) FILTER (WHERE EXISTS (SELECT FROM promotions_redemption AS r
                                              WHERE r.coupon_id = c.id AND NOT r.released)) AS used
         FROM promotions_coupon AS c WHERE c.batch_id = b.id) AS made
 WHERE (%(promotion)s::bigint IS NULL OR b.promotion_id = %(promotion)s::bigint)
 ORDER BY b.id DESC
 LIMIT %(limit)s;

-- name: codes_of
-- The codes of a batch.
SELECT c.code FROM promotions_coupon AS c JOIN promotions_batch AS b ON b.id = c.batch_id
 WHERE b.uid = %(batch)s ORDER BY c.id;

-- name: add_card
-- A gift card; nothing comes back when this code exists.
INSERT INTO promotions_gift_card (hash, ending, currency, amount, expires_at, issued_by, order_uid, created_at)
VALUES (%(hash)s, %(ending)s, %(currency)s, %(amount)s, %(expires_at)s::timestamptz, %(by)s, %(order)s::uuid, %(at)s)
    ON CONFLICT (hash) DO NOTHING
RETURNING id;

-- name: card
-- A gift card with what can be spent of it now.
SELECT g.id, g.ending, g.currency, g.amount, g.expires_at, g.is_void, g.created_at, cap.id AS capacity_id,
       greatest(0, cap.total + cap.slack - cap.used - cap.held + coalesce(due.quantity, 0)) AS balance
  FROM promotions_gift_card AS g
  JOIN kernel_capacity AS cap ON cap.kind = 'giftcard' AND cap.ref = g.id
  LEFT JOIN LATERAL (
       SELECT sum(h.quantity)::bigint AS quantity FROM kernel_hold AS h
        WHERE h.capacity_id = cap.id AND NOT h.lapsed AND h.expires_at <= %(at)s) AS due ON true
 WHERE (%(hash)s::bytea IS NULL OR g.hash = %(hash)s::bytea) AND (%(id)s::bigint IS NULL OR g.id = %(id)s::bigint)
   AND (%(ending)s = '' OR g.ending = %(ending)s)
 ORDER BY g.id DESC
 LIMIT %(limit)s;

-- name: add_entry
-- A line of the ledger of gift cards, once per key.
INSERT INTO promotions_gift_entry (card_id, kind, amount, order_uid, key, at)
VALUES (%(card)s, %(kind)s, %(amount)s, %(order)s::uuid, %(key)s, %(at)s)
    ON CONFLICT (key) DO NOTHING
RETURNING id;

-- name: cards_named
-- Gift cards by the hash of their code or by id, with their capacities.
SELECT encode(g.hash, 'hex') AS hash, g.id, g.currency, cap.id AS capacity_id,
       g.is_void OR coalesce(g.expires_at <= %(at)s, false) AS ended
  FROM promotions_gift_card AS g
  JOIN kernel_capacity AS cap ON cap.kind = 'giftcard' AND cap.ref = g.id
 WHERE g.id IN (SELECT one.id FROM promotions_gift_card AS one
                  JOIN unnest(%(hashes)s::text[]) AS told (hash) ON one.hash = decode(told.hash, 'hex')
                 UNION SELECT told.id FROM unnest(%(ids)s::bigint[]) AS told (id));

-- name: add_entries
-- Lines of the ledger of gift cards, each once per key; the keys that were new.
INSERT INTO promotions_gift_entry (card_id, kind, amount, order_uid, key, at)
SELECT told.card, told.kind, told.amount, told."order", told.key, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS told (card bigint, kind text, amount bigint, "order" uuid, key text)
    ON CONFLICT (key) DO NOTHING
RETURNING key;

-- name: entries
-- The ledger of a gift card, newest first.
SELECT kind, amount, order_uid, at FROM promotions_gift_entry WHERE card_id = %(card)s ORDER BY id DESC;

-- name: spent
-- What an order has taken from a gift card and not got back.
SELECT coalesce(-sum(amount), 0)::bigint FROM promotions_gift_entry
 WHERE card_id = %(card)s AND order_uid = %(order)s::uuid AND kind IN ('spent', 'refunded');

-- name: drift
-- Gift cards whose ledger does not say what their capacity says.
SELECT g.id, ledger.balance, cap.total - cap.used
  FROM promotions_gift_card AS g
  JOIN kernel_capacity AS cap ON cap.kind = 'giftcard' AND cap.ref = g.id
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(e.amount), 0)::bigint AS balance FROM promotions_gift_entry AS e WHERE e.card_id = g.id
      ) AS ledger
 WHERE ledger.balance <> cap.total - cap.used
 ORDER BY g.id LIMIT 1000;
