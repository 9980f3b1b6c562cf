-- name: customer_now
-- The customer that a public id, perhaps retired, stands for now.
SELECT now.id, now.uid
  FROM customers_customer asked
  JOIN customers_identifier first ON first.id = asked.id
  JOIN customers_customer now ON now.id = first.customer_id
 WHERE asked.uid = %(uid)s;

-- name: members
-- The identifiers of customers.
SELECT id, kind, value, login, shared, customer_id
  FROM customers_identifier WHERE customer_id = ANY (%(customers)s::bigint[]) ORDER BY id;

-- name: refs
-- Customers by their numbers.
SELECT id, uid FROM customers_customer WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id;

-- name: add_separation
-- Say that two sets of identifiers are different people.
WITH made AS (
    INSERT INTO customers_separation (by, reason, at) VALUES (%(by)s, %(reason)s, %(at)s) RETURNING id
), sides AS (
    INSERT INTO customers_separation_side (identifier_id, separation_id, side)
    SELECT side.id, made.id, side.side
      FROM made, unnest(%(ids)s::bigint[], %(sides)s::smallint[]) AS side (id, side)
)
SELECT id FROM made;

-- name: sides
-- The identifiers of a separation and whether it still stands.
SELECT side.identifier_id, i.customer_id, s.revoked_at IS NULL AS stands
  FROM customers_separation s
  JOIN customers_separation_side side ON side.separation_id = s.id
  JOIN customers_identifier i ON i.id = side.identifier_id
 WHERE s.id = %(id)s;

-- name: revoke_separation
-- Undo a separation that stands.
UPDATE customers_separation SET revoked_at = %(at)s WHERE id = %(id)s AND revoked_at IS NULL;

-- name: separations_between
-- The separations that keep identifiers apart.
SELECT DISTINCT one.separation_id
  FROM customers_separation_side one
  JOIN customers_separation_side other ON other.separation_id = one.separation_id AND other.side <> one.side
  JOIN customers_separation s ON s.id = one.separation_id AND s.revoked_at IS NULL
 WHERE one.identifier_id = ANY (%(ids)s::bigint[]) AND other.identifier_id = ANY (%(ids)s::bigint[])
 ORDER BY 1;

-- name: add_verdict
-- Keep a verdict that these pairs are one person's.
INSERT INTO customers_verdict (a_ids, b_ids, event, by, reason, at)
VALUES (%(a)s, %(b)s, %(event)s, %(by)s, %(reason)s, %(at)s)
RETURNING id;

-- name: verdict
-- The pairs of a verdict and whether it still stands.
SELECT a_ids, b_ids, revoked_at IS NULL FROM customers_verdict WHERE id = %(id)s;

-- name: revoke_verdict
-- Undo a verdict that stands.
UPDATE customers_verdict SET revoked_at = %(at)s WHERE id = %(id)s AND revoked_at IS NULL;

-- name: forget_verdict_claims
-- Take away what verdicts claim of these pairs.
DELETE FROM customers_claim c
 USING unnest(%(a)s::bigint[], %(b)s::bigint[]) AS pair (a, b)
 WHERE c.a_id = pair.a AND c.b_id = pair.b AND c.source_id = 0 AND c.strength = 101;

-- name: claim_verdicts
-- Claim of these pairs what the verdicts that stand say.
INSERT INTO customers_claim (a_id, b_id, source_id, strength, verified, month, first_at, last_at, event)
SELECT said.a, said.b, 0, 101, true, 0, min(v.at), max(v.at), (array_agg(v.event ORDER BY v.at, v.event))[1]
  FROM customers_verdict v
 CROSS JOIN LATERAL unnest(v.a_ids, v.b_ids) AS said (a, b)
  JOIN unnest(%(a)s::bigint[], %(b)s::bigint[]) AS pair (a, b) ON pair.a = said.a AND pair.b = said.b
 WHERE v.revoked_at IS NULL AND v.a_ids && %(a)s::bigint[] AND v.b_ids && %(b)s::bigint[]
 GROUP BY said.a, said.b;

-- name: standing
-- The verdicts of staff that stand for any of these identifiers.
SELECT 'join' AS what, v.id AS decision, v.by, v.reason, v.at
  FROM customers_verdict v
 WHERE v.revoked_at IS NULL AND (v.a_ids && %(ids)s::bigint[] OR v.b_ids && %(ids)s::bigint[])
UNION ALL
SELECT 'split', s.id, s.by, s.reason, s.at
  FROM customers_separation s
 WHERE s.revoked_at IS NULL
   AND s.id IN (SELECT separation_id FROM customers_separation_side WHERE identifier_id = ANY (%(ids)s::bigint[]))
 ORDER BY at, decision;

-- name: whose
-- The customers of profiles.
SELECT p.id, i.customer_id
  FROM customers_profile p JOIN customers_identifier i ON i.id = p.anchor_id
 WHERE p.id = ANY (%(profiles)s::bigint[]);

-- name: assignments
-- Whose each identifier is, in steps, with public ids.
SELECT i.id, i.kind, i.value, c.uid, i.shared
  FROM customers_identifier i JOIN customers_customer c ON c.id = i.customer_id
 WHERE i.id > %(after)s ORDER BY i.id LIMIT %(size)s;
