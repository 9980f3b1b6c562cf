-- name: lock_customer
-- Nobody joins or splits this customer meanwhile.
SELECT id FROM customers_customer WHERE id = %(customer)s FOR UPDATE;

-- name: forget_traits
-- Take away what was said on these profiles while they were the customer's, and the words to find it by.
WITH own AS (SELECT * FROM unnest(%(profiles)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[])
                      AS own (profile_id, since, until)),
     gone AS (DELETE FROM customers_trait t USING own
               WHERE t.profile_id = own.profile_id
                 AND t.at >= coalesce(own.since, '-infinity') AND t.at < coalesce(own.until, 'infinity')
           RETURNING t.profile_id, t.field)
DELETE FROM customers_word w USING gone WHERE w.profile_id = gone.profile_id AND w.field = gone.field;

-- name: suppress
-- Keep refusals under a keyed hash of what they were about; the latest of each stays.
INSERT INTO customers_suppression AS known (hash, purpose, brand, at, verified)
SELECT hash, purpose, brand, at, verified
  FROM unnest(%(hashes)s::bytea[], %(purposes)s::text[], %(brands)s::text[], %(ats)s::timestamptz[],
              %(verified)s::boolean[]) AS new (hash, purpose, brand, at, verified)
 ORDER BY hash, purpose, brand
    ON CONFLICT (hash, purpose, brand) DO UPDATE
   SET at = greatest(known.at, excluded.at), verified = known.verified OR excluded.verified;

-- name: forget_consents
-- Take the ledger of erased points away.
DELETE FROM customers_consent WHERE identifier_id = ANY (%(identifiers)s::bigint[]);

-- name: forget_preferences
-- Take the preferences of erased points away.
DELETE FROM customers_preference WHERE identifier_id = ANY (%(identifiers)s::bigint[]);

-- name: forget_cases
-- Close nothing, show nothing: cases about the erased are gone.
DELETE FROM customers_case
 WHERE left_id = ANY (%(customers)s::bigint[]) OR right_id = ANY (%(customers)s::bigint[]);

-- name: partners
-- Everybody these identifiers were claimed with.
SELECT b_id FROM customers_claim WHERE a_id = ANY (%(identifiers)s::bigint[])
UNION
SELECT a_id FROM customers_claim WHERE b_id = ANY (%(identifiers)s::bigint[]);

-- name: forget_claims
-- Take away what tied the erased identifiers to others.
DELETE FROM customers_claim
 WHERE a_id = ANY (%(identifiers)s::bigint[]) OR b_id = ANY (%(identifiers)s::bigint[]);

-- name: forget_values
-- The identifiers stay as places of the graph, without what they were.
UPDATE customers_identifier SET kind = 'erased', value = id::text, given = NULL, login = false
 WHERE id = ANY (%(identifiers)s::bigint[]);

-- name: forget_keys
-- The keys of profiles are made from values, so they are drawn anew.
UPDATE customers_profile SET key = gen_random_uuid() WHERE id = ANY (%(profiles)s::bigint[]);

-- name: add_erasure
-- Note that it was done.
INSERT INTO customers_erasure (customer_id, how, identifiers, profiles, by, at)
VALUES (%(customer)s, %(how)s, %(identifiers)s, %(profiles)s, %(by)s, %(at)s);

-- name: claims_of
-- The claims of these identifiers, for an export.
SELECT a_id, b_id, source_id, verified, first_at, last_at
  FROM customers_claim
 WHERE a_id = ANY (%(identifiers)s::bigint[]) AND b_id = ANY (%(identifiers)s::bigint[])
 ORDER BY first_at, a_id, b_id;

-- name: events
-- What the log holds of a customer, oldest first.
SELECT l.occurred_at, l.type, l.source_id, l.body
  FROM unnest(%(profiles)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[])
       AS own (profile_id, since, until)
  JOIN kernel_log l ON l.profile_id = own.profile_id
                   AND l.occurred_at >= coalesce(own.since, '-infinity') AND l.occurred_at < coalesce(own.until, 'infinity')
 ORDER BY l.occurred_at, l.id;
