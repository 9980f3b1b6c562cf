-- name: claims_of
-- What was claimed of these identifiers, months put together, with the other ends; the strongest first.
SELECT c.a_id, c.b_id, c.source_id, c.strength, c.verified,
       min(c.first_at) AS first_at, max(c.last_at) AS last_at, count(*)::integer AS months
  FROM customers_claim c
 WHERE c.a_id = ANY (%(ids)s::bigint[]) OR c.b_id = ANY (%(ids)s::bigint[])
 GROUP BY c.a_id, c.b_id, c.source_id, c.strength, c.verified
 ORDER BY c.strength DESC, c.verified DESC, first_at
 LIMIT %(most)s;

-- name: ends
-- Identifiers with the customers they belong to.
SELECT i.id, i.kind, i.value, i.login, i.shared, c.uid
  FROM customers_identifier i JOIN customers_customer c ON c.id = i.customer_id
 WHERE i.id = ANY (%(ids)s::bigint[]);

-- name: fragments
-- The profiles anchored on these identifiers.
SELECT p.id AS profile, p.source_id, p.identifier_ids AS identifiers, p.anchor_id AS anchor, p.first_at,
       cardinality(p.months) AS months
  FROM customers_profile p
 WHERE p.anchor_id = ANY (%(ids)s::bigint[])
 ORDER BY p.first_at, p.id
 LIMIT %(most)s;

-- name: decisions
-- What was decided about the customers that these identifiers are or were, the newest first.
SELECT d.id, d.what, d.reason, d.customer_ids, d.policy_version, d.at, d.inputs
  FROM customers_decision d
 WHERE d.customer_ids && %(ids)s::bigint[]
 ORDER BY d.at DESC, d.id DESC
 LIMIT %(most)s;

-- name: uids
-- The public ids of customers by number.
SELECT id, uid FROM customers_customer WHERE id = ANY (%(ids)s::bigint[]);

-- name: cases
-- Open cases that are not put off and whose sides are still two customers, the newest first.
SELECT k.id, k.what, k.reason, l.uid AS left, r.uid AS right, k.score, k.opened_at, k.later_until
  FROM customers_case k
  JOIN customers_identifier li ON li.id = k.left_id
  JOIN customers_identifier ri ON ri.id = k.right_id
  JOIN customers_customer l ON l.id = li.customer_id
  JOIN customers_customer r ON r.id = ri.customer_id
 WHERE k.closed_at IS NULL AND l.id <> r.id
   AND (%(what)s::text IS NULL OR k.what = %(what)s)
   AND (k.later_until IS NULL OR k.later_until <= %(now)s)
   AND (%(at)s::timestamptz IS NULL OR (k.opened_at, k.id) < (%(at)s::timestamptz, %(id)s::bigint))
 ORDER BY k.opened_at DESC, k.id DESC
 LIMIT %(size)s;

-- name: waiting
-- How many cases of each kind wait.
SELECT k.what, count(*)
  FROM customers_case k
  JOIN customers_identifier li ON li.id = k.left_id
  JOIN customers_identifier ri ON ri.id = k.right_id
 WHERE k.closed_at IS NULL AND li.customer_id <> ri.customer_id
   AND (k.later_until IS NULL OR k.later_until <= %(now)s)
 GROUP BY k.what;

-- name: case
-- One case, whatever became of it, with the customers that its sides are now.
SELECT k.id, k.what, k.reason, l.uid AS left, r.uid AS right, k.score, k.opened_at, k.later_until,
       k.evidence, k.verdict, k.closed_by, k.closed_at
  FROM customers_case k
  JOIN customers_identifier li ON li.id = k.left_id
  JOIN customers_identifier ri ON ri.id = k.right_id
  JOIN customers_customer l ON l.id = li.customer_id
  JOIN customers_customer r ON r.id = ri.customer_id
 WHERE k.id = %(id)s;

-- name: lock_case
-- Lock a case; whether it is open.
SELECT closed_at IS NULL FROM customers_case WHERE id = %(id)s FOR UPDATE;

-- name: close_case
-- Note the verdict on a case.
UPDATE customers_case SET verdict = %(verdict)s, closed_by = %(by)s, closed_at = %(at)s WHERE id = %(id)s;

-- name: reopen
-- Cases that were closed by what was now undone wait again, if their sides are two customers.
UPDATE customers_case k SET verdict = NULL, closed_by = NULL, closed_at = NULL
  FROM customers_identifier l, customers_identifier r
 WHERE l.id = k.left_id AND r.id = k.right_id AND l.customer_id <> r.customer_id AND k.verdict = %(verdict)s
   AND l.customer_id = ANY (%(customers)s::bigint[]) AND r.customer_id = ANY (%(customers)s::bigint[]);

-- name: put_off
-- Show a case again later.
UPDATE customers_case SET later_until = %(until)s WHERE id = %(id)s;

-- name: said_of
-- What was last said of each field of customers.
SELECT DISTINCT ON (i.customer_id, t.field, t.value) i.customer_id, t.field, t.value
  FROM customers_identifier i
  JOIN customers_profile p ON p.anchor_id = i.id
  JOIN customers_trait t ON t.profile_id = p.id
 WHERE i.customer_id = ANY (%(ids)s::bigint[])
 ORDER BY i.customer_id, t.field, t.value, t.at DESC;

-- name: known_since
-- First and last moment, sources and profiles of customers.
SELECT i.customer_id, min(p.first_at), count(DISTINCT p.source_id)::integer, count(*)::integer
  FROM customers_identifier i JOIN customers_profile p ON p.anchor_id = i.id
 WHERE i.customer_id = ANY (%(ids)s::bigint[])
 GROUP BY i.customer_id;
