-- name: version
-- What every quote reads: the version of the book. Alone when there is neither a code nor a limit to look at.
SELECT version FROM promotions_book;

-- name: code_limit
-- How many codes a basket may have.
SELECT max_codes FROM promotions_book;

-- name: set_code_limit
-- Let a basket have so many codes.
UPDATE promotions_book SET max_codes = %(most)s;

-- name: look
-- The version of the book, and the coupons of these codes with what is free of them for this owner.
SELECT b.version, b.max_codes, c.id, c.code, c.promotion_id, c.kind, coalesce(whose.customer_id, c.customer_id),
       c.starts_at, c.ends_at, c.is_void, cap.id AS capacity_id,
       greatest(0, cap.total + cap.slack - cap.used - cap.held + coalesce(mine.quantity, 0)) AS free
  FROM promotions_book AS b
  LEFT JOIN promotions_coupon AS c ON c.code = ANY (%(codes)s::text[])
  LEFT JOIN pub.customers_customer AS whose ON whose.issued_id = c.customer_id
  LEFT JOIN kernel_capacity AS cap ON cap.kind = 'coupon' AND cap.ref = c.id
  LEFT JOIN LATERAL (
       SELECT sum(h.quantity)::bigint AS quantity FROM kernel_hold AS h
        WHERE h.capacity_id = cap.id AND NOT h.lapsed
          AND (h.expires_at <= %(at)s OR (h.owner_kind = %(owner_kind)s AND h.owner = %(owner)s::uuid))) AS mine ON true;

-- name: book
-- Every promotion that is active, in its present version, with the version of the book they make.
SELECT b.version, p.id, v.number, v.definition
  FROM promotions_book AS b
  LEFT JOIN promotions_promotion AS p ON p.state = 'active'
  LEFT JOIN promotions_version AS v ON v.promotion_id = p.id AND v.number = p.version;

-- name: limits
-- The version of the book, and what is free of the uses and budgets of these promotions for this owner.
SELECT b.version, b.max_codes, cap.kind, cap.ref, cap.id,
       greatest(0, cap.total + cap.slack - cap.used - cap.held + coalesce(mine.quantity, 0)) AS free
  FROM promotions_book AS b
  LEFT JOIN kernel_capacity AS cap
    ON cap.kind IN ('promotion_uses', 'promotion_budget') AND cap.ref = ANY (%(promotions)s::bigint[])
  LEFT JOIN LATERAL (
       SELECT sum(h.quantity)::bigint AS quantity FROM kernel_hold AS h
        WHERE h.capacity_id = cap.id AND NOT h.lapsed
          AND (h.expires_at <= %(at)s OR (h.owner_kind = %(owner_kind)s AND h.owner = %(owner)s::uuid))) AS mine ON true;

-- name: customer_uses
-- What a customer has used of these promotions by the ledger, whichever of his profiles it was.
SELECT r.promotion_id, count(*)
  FROM promotions_redemption AS r
 WHERE r.promotion_id = ANY (%(promotions)s::bigint[]) AND NOT r.released
   AND (r.profile_id IN (SELECT p.profile_id FROM pub.customers_profile AS p WHERE p.customer_id = %(customer)s)
        OR (r.profile_id IS NULL AND r.customer_id IN (SELECT w.issued_id FROM pub.customers_customer AS w
                                                        WHERE w.customer_id = %(customer)s
                                                        UNION SELECT %(customer)s::bigint)))
 GROUP BY r.promotion_id;

-- name: allowances
-- The capacities of this customer for these promotions, also those made when he was known by other ids.
SELECT a.promotion_id, a.customer_id, cap.id, cap.total, cap.used,
       cap.held - coalesce(mine.quantity, 0) AS held
  FROM promotions_allowance AS a
  JOIN kernel_capacity AS cap ON cap.kind = 'promotion_customer' AND cap.ref = a.id
  LEFT JOIN LATERAL (
       SELECT sum(h.quantity)::bigint AS quantity FROM kernel_hold AS h
        WHERE h.capacity_id = cap.id AND NOT h.lapsed
          AND (h.expires_at <= %(at)s OR (h.owner_kind = %(owner_kind)s AND h.owner = %(owner)s::uuid))) AS mine ON true
 WHERE a.promotion_id = ANY (%(promotions)s::bigint[])
   AND a.customer_id IN (SELECT w.issued_id FROM pub.customers_customer AS w WHERE w.customer_id = %(customer)s
                          UNION SELECT %(customer)s::bigint);

-- name: drift
-- Uses, budgets and coupons of which something else is used than the redemptions that stand say.
SELECT cap.kind, cap.ref, cap.used, coalesce(ledger.quantity, 0) AS summed
  FROM kernel_capacity AS cap
  LEFT JOIN (
       SELECT (want ->> 0)::bigint AS capacity_id,
              sum((want ->> 1)::bigint - CASE WHEN want ->> 2 = 'promotion_budget' THEN r.given_back ELSE 0 END)::bigint
              AS quantity
         FROM promotions_redemption AS r CROSS JOIN LATERAL jsonb_array_elements(r.wants) AS want
        WHERE NOT r.released GROUP BY 1) AS ledger ON ledger.capacity_id = cap.id
 WHERE cap.kind IN ('promotion_uses', 'promotion_budget', 'coupon') AND cap.used <> coalesce(ledger.quantity, 0)
 ORDER BY cap.kind, cap.ref
 LIMIT 1000;

-- name: lock_capacity
-- Lock a capacity, so that what is read of it next is still so when it is changed.
SELECT id FROM kernel_capacity WHERE id = %(capacity)s FOR NO KEY UPDATE;

-- name: open_allowance
-- Let there be a row that stands for what a customer may use of a promotion.
INSERT INTO promotions_allowance (promotion_id, customer_id) VALUES (%(promotion)s, %(customer)s)
    ON CONFLICT (promotion_id, customer_id) DO NOTHING;

-- name: allowance
-- The row that stands for what a customer may use of a promotion.
SELECT id FROM promotions_allowance WHERE promotion_id = %(promotion)s AND customer_id = %(customer)s;

-- name: ordered_before
-- Whether any profile of a customer has ever ordered, by the log.
SELECT EXISTS (
    SELECT FROM kernel_log AS l
     WHERE l.profile_id IN (SELECT p.profile_id FROM pub.customers_profile AS p WHERE p.customer_id = %(customer)s)
       AND l.class = 0 AND l.type IN ('Order Completed', 'order.placed', 'receipt.taken'));

-- name: customer_of
-- The customer that an id once issued means now.
SELECT customer_id FROM pub.customers_customer WHERE issued_id = %(customer)s;

-- name: locked
-- A promotion, while one writer works on it.
SELECT p.id, p.uid, p.code, p.state, p.version, v.definition
  FROM promotions_promotion AS p JOIN promotions_version AS v ON v.promotion_id = p.id AND v.number = p.version
 WHERE p.code = %(code)s
   FOR NO KEY UPDATE OF p;

-- name: add
-- A new promotion; nothing comes back when its code is taken.
INSERT INTO promotions_promotion (uid, code, state, version, changed_at)
VALUES (%(uid)s, %(code)s, %(state)s, 1, %(at)s)
    ON CONFLICT (code) DO NOTHING
RETURNING id;

-- name: add_version
-- What a promotion says from now on.
INSERT INTO promotions_version
       (promotion_id, number, name, definition, is_channelled, channels_reason, author, made_at)
VALUES (%(promotion)s, %(number)s, %(name)s, %(definition)s::jsonb, %(channelled)s, %(reason)s, %(author)s, %(at)s);

-- name: change
-- Which version of a promotion counts, and its state.
UPDATE promotions_promotion SET state = %(state)s, version = %(version)s, changed_at = %(at)s WHERE id = %(id)s;

-- name: turn_page
-- The book has another version: every process will read it anew.
UPDATE promotions_book SET version = nextval('promotions_book_version');

-- name: promotions
-- Promotions with what they took off in all.
SELECT p.id, p.uid, p.code, p.state, p.version, v.definition, v.author, p.changed_at,
       taken.redemptions, taken.discount
  FROM promotions_promotion AS p
  JOIN promotions_version AS v ON v.promotion_id = p.id AND v.number = p.version
 CROSS JOIN LATERAL (
       SELECT count(*) AS redemptions, coalesce(sum(r.amount - r.given_back), 0)::bigint AS discount
         FROM promotions_redemption AS r WHERE r.promotion_id = p.id AND NOT r.released) AS taken
 WHERE (%(uid)s::uuid IS NULL OR p.uid = %(uid)s::uuid) AND (%(id)s::bigint IS NULL OR p.id = %(id)s::bigint)
   AND (%(code)s = '' OR p.code = %(code)s)
 ORDER BY array_position(ARRAY['active', 'draft', 'paused', 'ended'], p.state), p.changed_at DESC, p.id DESC;

-- name: versions
-- Every version of a promotion, newest first.
SELECT number, name, author, made_at, definition FROM promotions_version
 WHERE promotion_id = %(promotion)s ORDER BY number DESC;

-- name: capacities
-- Which promotion and coupon these capacities belong to.
SELECT c.id, c.kind, coalesce(a.promotion_id, k.promotion_id, c.ref) AS promotion_id, k.id AS coupon_id
  FROM kernel_capacity AS c
  LEFT JOIN promotions_allowance AS a ON c.kind = 'promotion_customer' AND a.id = c.ref
  LEFT JOIN promotions_coupon AS k ON c.kind = 'coupon' AND k.id = c.ref
 WHERE c.id = ANY (%(ids)s::bigint[])
   AND c.kind IN ('promotion_uses', 'promotion_budget', 'promotion_customer', 'coupon');

-- name: redeem
-- Note what was taken off in an order, once; those that were new come back.
INSERT INTO promotions_redemption
       (order_uid, promotion_id, version, profile_id, customer_id, coupon_id, amount, lines, wants, at)
SELECT %(order)s::uuid, promotion_id, version, %(profile)s::bigint, %(customer)s::bigint,
       (SELECT c.id FROM promotions_coupon AS c WHERE c.code = given.code), amount, lines::jsonb, wants::jsonb, %(at)s
  FROM unnest(%(promotions)s::bigint[], %(versions)s::int[], %(codes)s::text[], %(amounts)s::bigint[],
              %(lines)s::text[], %(wants)s::text[]) AS given(promotion_id, version, code, amount, lines, wants)
 ORDER BY promotion_id
    ON CONFLICT (order_uid, promotion_id) DO NOTHING
RETURNING promotion_id;

-- name: redeemed
-- What was taken off in an order, to give some of it back.
SELECT id, promotion_id, amount, given_back, lines, wants FROM promotions_redemption
 WHERE order_uid = %(order)s AND NOT released ORDER BY promotion_id FOR UPDATE;

-- name: give_back
-- So much has been given back, by line, and whether everything was undone.
UPDATE promotions_redemption AS r SET given_back = given.amount, lines = given.lines::jsonb, released = given.released
  FROM unnest(%(ids)s::bigint[], %(amounts)s::bigint[], %(lines)s::text[], %(released)s::boolean[])
       AS given(id, amount, lines, released)
 WHERE r.id = given.id;

-- name: redemptions
-- What a promotion took off, newest first.
SELECT r.order_uid, r.at, r.version, r.amount, r.given_back, coalesce(c.code, '') AS code, r.customer_id
  FROM promotions_redemption AS r LEFT JOIN promotions_coupon AS c ON c.id = r.coupon_id
 WHERE r.promotion_id = %(promotion)s
 ORDER BY r.at DESC, r.id DESC
 LIMIT %(limit)s;

-- name: limit_totals
-- The capacities of a promotion's own limits.
SELECT kind, id, total FROM kernel_capacity
 WHERE kind IN ('promotion_uses', 'promotion_budget') AND ref = %(promotion)s;

-- name: promotions_of
-- The promotions of these codes.
SELECT code, promotion_id FROM promotions_coupon WHERE code = ANY (%(codes)s::text[]);

-- name: category_ids
-- Categories by their codes.
SELECT code, id FROM pub.catalogue_category WHERE code = ANY (%(codes)s::text[]);

-- name: category_codes
-- Codes of categories.
SELECT code FROM pub.catalogue_category WHERE id = ANY (%(ids)s::bigint[]) ORDER BY code;

-- name: category_names
-- Every category with its names from the top down.
SELECT c.id, (SELECT string_agg(coalesce(up.names ->> %(language)s, up.names ->> 'en', up.names ->> 'ru', up.code),
                                ' / ' ORDER BY place)
                FROM unnest(c.path) WITH ORDINALITY AS step(id, place)
                JOIN pub.catalogue_category AS up ON up.id = step.id) AS name
  FROM pub.catalogue_category AS c WHERE c.active ORDER BY name, c.id;
