-- name: people
-- What is known of each customer somebody named: the surest and newest word per field, the newest phone and e-mail.
WITH said AS (
    SELECT DISTINCT ON (i.customer_id, t.field) i.customer_id, t.field, t.value
      FROM customers_trait t
      JOIN customers_profile p ON p.id = t.profile_id
      JOIN customers_identifier i ON i.id = p.anchor_id
     WHERE t.field = ANY (%(fields)s::text[]) AND jsonb_typeof(t.value) <> 'null'
     ORDER BY i.customer_id, t.field, t.verified DESC, t.at DESC, t.event DESC
), person AS (
    SELECT customer_id, jsonb_object_agg(field, value) AS traits
      FROM said
     GROUP BY customer_id
    HAVING bool_or(field = ANY (%(names)s::text[]))
)
SELECT person.customer_id, person.traits,
       (SELECT value FROM customers_identifier i
         WHERE i.customer_id = person.customer_id AND i.kind = 'phone' AND NOT i.shared
         ORDER BY i.id DESC LIMIT 1) AS phone,
       (SELECT value FROM customers_identifier i
         WHERE i.customer_id = person.customer_id AND i.kind = 'email' AND NOT i.shared
         ORDER BY i.id DESC LIMIT 1) AS email
  FROM person
 ORDER BY person.customer_id;

-- name: keep
-- Open a case per pair, or renew the open one; a pair that people decided on, or separated, stays as they left it.
INSERT INTO customers_case AS known (what, reason, left_id, right_id, score, evidence, opened_at)
SELECT 'suggestion', 'likely', new.left_id, new.right_id, new.score, new.evidence::jsonb, %(at)s
  FROM unnest(%(lefts)s::bigint[], %(rights)s::bigint[], %(scores)s::float8[], %(evidence)s::text[])
       AS new (left_id, right_id, score, evidence)
  JOIN customers_customer l ON l.id = new.left_id AND l.size > 0
  JOIN customers_customer r ON r.id = new.right_id AND r.size > 0
 WHERE NOT EXISTS (
       SELECT
         FROM customers_identifier li
         JOIN customers_separation_side ls ON ls.identifier_id = li.id
         JOIN customers_separation s ON s.id = ls.separation_id AND s.revoked_at IS NULL
         JOIN customers_separation_side rs ON rs.separation_id = ls.separation_id AND rs.side <> ls.side
         JOIN customers_identifier ri ON ri.id = rs.identifier_id
        WHERE li.customer_id = new.left_id AND ri.customer_id = new.right_id)
 ORDER BY new.left_id, new.right_id
    ON CONFLICT (left_id, right_id, what) DO UPDATE
   SET score = excluded.score, evidence = excluded.evidence
 WHERE known.closed_at IS NULL
RETURNING xmax = 0;

-- name: drop_others
-- Take back suggestions that nobody has decided on and that are no longer likely.
DELETE FROM customers_case c
 WHERE c.what = 'suggestion' AND c.closed_at IS NULL
   AND NOT EXISTS (SELECT FROM unnest(%(lefts)s::bigint[], %(rights)s::bigint[]) AS found (left_id, right_id)
                    WHERE found.left_id = c.left_id AND found.right_id = c.right_id);
