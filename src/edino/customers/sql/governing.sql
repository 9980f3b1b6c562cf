-- name: last_identifier
-- The greatest identifier number.
SELECT coalesce(max(id), 0) FROM customers_identifier;

-- name: stretch
-- The identifiers of a stretch of numbers.
SELECT id, kind, value, shared FROM customers_identifier WHERE id > %(after)s AND id <= %(upto)s;

-- name: crowds
-- Identifiers of a stretch that have more than so many different partners of one personal kind, acts left out.
SELECT one, max(count)
  FROM (SELECT one, kind, count(DISTINCT other)
          FROM (SELECT c.a_id AS one, c.b_id AS other, i.kind
                  FROM customers_claim c JOIN customers_identifier i ON i.id = c.b_id
                 WHERE c.a_id > %(after)s AND c.a_id <= %(upto)s AND c.strength < 100
                UNION ALL
                SELECT c.b_id, c.a_id, i.kind
                  FROM customers_claim c JOIN customers_identifier i ON i.id = c.a_id
                 WHERE c.b_id > %(after)s AND c.b_id <= %(upto)s AND c.strength < 100) AS pair
         WHERE kind = ANY (%(personal)s::text[])
         GROUP BY one, kind) AS partners
 GROUP BY one
HAVING max(count) > %(least)s;

-- name: crossing
-- Identifiers of a stretch with a claim that runs to another customer, neither end shared.
SELECT DISTINCT c.a_id
  FROM customers_claim c
  JOIN customers_identifier a ON a.id = c.a_id AND NOT a.shared
  JOIN customers_identifier b ON b.id = c.b_id AND NOT b.shared
 WHERE c.a_id > %(after)s AND c.a_id <= %(upto)s AND a.customer_id <> b.customer_id;

-- name: several
-- The customers of a stretch that have several identifiers, and what they consist of.
SELECT id, size, kinds, login, separated
  FROM customers_customer WHERE id > %(after)s AND id <= %(upto)s AND size > 1;

-- name: nodes
-- Identifiers by number, with their customers.
SELECT id, kind, value, login, shared, customer_id FROM customers_identifier WHERE id = ANY (%(ids)s::bigint[]);

-- name: mates
-- All identifiers of customers.
SELECT id, kind, value, login, shared, customer_id
  FROM customers_identifier WHERE customer_id = ANY (%(customers)s::bigint[]);

-- name: touching
-- The claims that end at any of these identifiers.
SELECT a_id, b_id, strength, verified, extract(epoch FROM first_at)::float8, extract(epoch FROM last_at)::float8, event
  FROM customers_claim WHERE a_id = ANY (%(ids)s::bigint[])
UNION
SELECT a_id, b_id, strength, verified, extract(epoch FROM first_at)::float8, extract(epoch FROM last_at)::float8, event
  FROM customers_claim WHERE b_id = ANY (%(ids)s::bigint[]);

-- name: mark
-- Set the mark "joins nobody" of identifiers.
UPDATE customers_identifier SET shared = %(shared)s WHERE id = ANY (%(ids)s::bigint[]) AND shared <> %(shared)s;

-- name: anchor_again
-- Anchor the profiles that stand on these identifiers on the best of theirs that is not shared.
UPDATE customers_profile p
   SET anchor_id = best.id
  FROM (SELECT p.id AS profile,
               (SELECT i.id FROM unnest(p.identifier_ids) WITH ORDINALITY AS own (id, place)
                  JOIN customers_identifier i ON i.id = own.id
                 ORDER BY i.shared, own.place LIMIT 1) AS id
          FROM customers_profile p WHERE p.anchor_id = ANY (%(ids)s::bigint[])) AS best
 WHERE p.id = best.profile AND p.anchor_id <> best.id;

-- name: policies
-- All versions of the rules, the newest first.
SELECT version, by, made_at, activated_at, rules FROM customers_policy ORDER BY version DESC;

-- name: add_policy
-- Keep a new version of the rules, in force from the day it is activated. The first version is built in.
INSERT INTO customers_policy (version, rules, by, made_at)
SELECT greatest(coalesce(max(version), 1), 1) + 1, %(rules)s::text::jsonb, %(by)s, %(at)s FROM customers_policy
RETURNING version;

-- name: activate
-- Put a version in force, if none newer is.
UPDATE customers_policy p SET activated_at = %(at)s
 WHERE p.version = %(version)s AND p.activated_at IS NULL
   AND NOT EXISTS (SELECT FROM customers_policy n WHERE n.version > p.version AND n.activated_at IS NOT NULL);

-- name: blocked
-- The retailer's blocked values, the newest first.
SELECT id, kind, pattern, reason, at FROM customers_blocked_value ORDER BY at DESC, id DESC;

-- name: block
-- Block a value; nothing if it is blocked already.
INSERT INTO customers_blocked_value (kind, pattern, reason, at) VALUES (%(kind)s, %(pattern)s, %(reason)s, %(at)s)
    ON CONFLICT DO NOTHING;

-- name: unblock
-- Take a value off the list.
DELETE FROM customers_blocked_value WHERE id = %(id)s;

-- name: moment
-- A transaction that begins now.
SELECT pg_current_xact_id()::text;

-- name: all_later
-- Whether every transaction that is open began after that one.
SELECT pg_snapshot_xmin(pg_current_snapshot()) > %(moment)s::text::xid8;
