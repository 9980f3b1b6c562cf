-- name: purposes
-- What a contact point may be used for.
SELECT code, name_en, name_ru, silent_allows FROM customers_purpose ORDER BY code DESC;

-- name: add_consents
-- Add statements to the ledger; one that stands there already is not added twice. Answers the keys that were new.
INSERT INTO customers_consent (key, identifier_id, purpose, brand, state, at, verified, source_id, by, proof, recorded_at)
SELECT key, identifier_id, purpose, brand, state, at, verified, %(source_id)s, %(by)s, proof::jsonb, %(now)s
  FROM unnest(%(keys)s::uuid[], %(identifiers)s::bigint[], %(purposes)s::text[], %(brands)s::text[], %(states)s::text[],
              %(ats)s::timestamptz[], %(verified)s::boolean[], %(proofs)s::text[])
       AS new (key, identifier_id, purpose, brand, state, at, verified, proof)
 ORDER BY key
    ON CONFLICT (key) DO NOTHING
RETURNING key;

-- name: statements
-- Everything stated at these contact points; a confirmed log-in makes a refusal there binding, and opens nothing.
SELECT c.identifier_id, c.purpose, c.brand, c.state, c.at, c.verified OR (i.login AND c.state <> 'granted'), c.key
  FROM customers_consent c JOIN customers_identifier i ON i.id = c.identifier_id
 WHERE c.identifier_id = ANY (%(identifiers)s::bigint[]);

-- name: suppressed
-- Refusals that outlived the erasure of what these hashes name.
SELECT hash, purpose, brand, at, verified FROM customers_suppression WHERE hash = ANY (%(hashes)s::bytea[]);

-- name: ledger
-- The statements at these contact points with all that is kept of them, oldest first.
SELECT identifier_id, purpose, brand, state, at, verified, source_id, by, proof, recorded_at
  FROM customers_consent WHERE identifier_id = ANY (%(identifiers)s::bigint[]) ORDER BY at, id;

-- name: points_beside
-- A contact point and the others of its customer; the one asked for comes first.
SELECT p.id, p.kind, p.value, p.shared
  FROM customers_identifier i
  JOIN customers_identifier p ON p.customer_id = i.customer_id AND p.kind = ANY (%(kinds)s::text[])
 WHERE i.value = %(value)s AND i.kind = %(kind)s
 ORDER BY p.id <> i.id, p.id;

-- name: points_of
-- The contact points of a customer.
SELECT id, kind, value, shared FROM customers_identifier
 WHERE customer_id = %(customer)s AND kind = ANY (%(kinds)s::text[]) ORDER BY id;

-- name: profiles_for
-- For each of these identifiers the first profile of its customer, those that it stands on before others.
SELECT asked.id, (SELECT p.id FROM customers_identifier home
                    JOIN customers_identifier i ON i.customer_id = home.customer_id
                    JOIN customers_profile p ON p.anchor_id = i.id
                   WHERE home.id = asked.id
                   ORDER BY p.anchor_id <> asked.id, p.id LIMIT 1)
  FROM unnest(%(identifiers)s::bigint[]) AS asked (id);

-- name: prefer
-- Keep the newest word on each subject.
INSERT INTO customers_preference AS known (identifier_id, name, value, at, source_id)
SELECT %(identifier)s, name, value::jsonb, %(at)s, %(source_id)s
  FROM unnest(%(names)s::text[], %(values)s::text[]) AS new (name, value)
 ORDER BY name
    ON CONFLICT (identifier_id, name) DO UPDATE
   SET value = excluded.value, at = excluded.at, source_id = excluded.source_id
 WHERE excluded.at >= known.at;

-- name: preferences
-- What is liked at these contact points.
SELECT identifier_id, name, value, at FROM customers_preference
 WHERE identifier_id = ANY (%(identifiers)s::bigint[]) AND value <> 'null' ORDER BY identifier_id, name;
