-- name: learn
-- Keep what was said of profiles where it is newer; answers the searched fields whose value changed.
INSERT INTO customers_trait AS known (profile_id, field, value, verified, at, event)
SELECT profile_id, field, value::jsonb, verified, at, event
  FROM unnest(%(profiles)s::bigint[], %(fields)s::text[], %(values)s::text[], %(verified)s::boolean[],
              %(ats)s::timestamptz[], %(events)s::uuid[]) AS new (profile_id, field, value, verified, at, event)
 ORDER BY profile_id, field
    ON CONFLICT (profile_id, field) DO UPDATE
   SET value = excluded.value, verified = excluded.verified, at = excluded.at, event = excluded.event
 WHERE (excluded.at, excluded.event) > (known.at, known.event)
RETURNING new.profile_id, new.field, old.value IS NOT NULL AS was_known, old.value IS DISTINCT FROM new.value AS changed;

-- name: forget_words
-- Drop the words of fields that say something else now.
DELETE FROM customers_word w
 USING unnest(%(profiles)s::bigint[], %(fields)s::text[]) AS changed (profile_id, field)
 WHERE w.profile_id = changed.profile_id AND w.field = changed.field;

-- name: add_words
-- Keep the words of names for the search.
INSERT INTO customers_word (profile_id, field, word)
SELECT * FROM unnest(%(profiles)s::bigint[], %(fields)s::text[], %(words)s::text[]) AS new (profile_id, field, word)
 ORDER BY profile_id, field, word
    ON CONFLICT DO NOTHING;

-- name: whose
-- The customer that a uid, whenever issued, means now.
SELECT now.id, now.uid
  FROM customers_customer issued
  JOIN customers_identifier first ON first.id = issued.id
  JOIN customers_customer now ON now.id = first.customer_id
 WHERE issued.uid = %(uid)s;

-- name: known_as
-- The customer of an identifier.
SELECT now.id, now.uid
  FROM customers_identifier i JOIN customers_customer now ON now.id = i.customer_id
 WHERE i.value = %(value)s AND i.kind = %(kind)s;

-- name: customers_by_id
-- Customers, and whether anything of them was erased.
SELECT c.id, c.uid, c.epoch, c.born_at, EXISTS (SELECT FROM customers_erasure e WHERE e.customer_id = c.id)
  FROM customers_customer c WHERE c.id = ANY (%(ids)s::bigint[]);

-- name: holdings
-- The profiles of a customer; of a thing that went from hand to hand only while the customer had it.
SELECT p.id, p.source_id, p.identifier_ids, p.first_at, NULL::timestamptz AS since, NULL::timestamptz AS until
  FROM customers_identifier i
  JOIN customers_profile p ON p.anchor_id = i.id
 WHERE i.customer_id = %(customer)s AND NOT EXISTS (SELECT FROM customers_tenure t WHERE t.identifier_id = i.id)
UNION ALL
SELECT p.id, p.source_id, p.identifier_ids, p.first_at, nullif(t.since, '-infinity'), nullif(t.until, 'infinity')
  FROM customers_tenure t
  JOIN customers_profile p ON p.anchor_id = t.identifier_id
 WHERE t.customer_id = %(customer)s;

-- name: identifiers_of
-- The identifiers of a customer, and those they share or borrowed.
SELECT i.id, i.kind, i.value, i.login, i.shared, i.created_at, i.customer_id,
       EXISTS (SELECT FROM customers_tenure t WHERE t.identifier_id = i.id) AS lent
  FROM customers_identifier i
 WHERE i.customer_id = %(customer)s AND i.kind <> 'erased'
UNION
SELECT i.id, i.kind, i.value, i.login, i.shared, i.created_at, i.customer_id,
       EXISTS (SELECT FROM customers_tenure t WHERE t.identifier_id = i.id)
  FROM customers_identifier i
 WHERE i.id = ANY (%(seen)s::bigint[]) AND i.kind <> 'erased'
   AND (i.shared OR EXISTS (SELECT FROM customers_tenure t
                             WHERE t.identifier_id = i.id AND t.customer_id = %(customer)s))
 ORDER BY 1;

-- name: traits_of
-- What was said on these profiles while they were the customer's.
SELECT t.field, t.value, p.source_id, t.at, t.verified
  FROM unnest(%(profiles)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[])
       AS own (profile_id, since, until)
  JOIN customers_trait t ON t.profile_id = own.profile_id
                        AND t.at >= coalesce(own.since, '-infinity') AND t.at < coalesce(own.until, 'infinity')
  JOIN customers_profile p ON p.id = t.profile_id;

-- name: field_rules
-- The strategies the retailer has declared.
SELECT field, strategy FROM customers_field_rule;

-- name: take_steps
-- Note the last steps of profiles.
INSERT INTO customers_stage AS known
       (profile_id, seen_at, browsed_at, chose_at, paying_at, ordered_at, received_at, cancelled_at)
SELECT profile_id, seen_at, browsed_at, chose_at, paying_at, ordered_at, received_at, cancelled_at
  FROM unnest(%(profiles)s::bigint[], %(seen_at)s::timestamptz[], %(browsed_at)s::timestamptz[],
              %(chose_at)s::timestamptz[], %(paying_at)s::timestamptz[], %(ordered_at)s::timestamptz[],
              %(received_at)s::timestamptz[], %(cancelled_at)s::timestamptz[])
       AS new (profile_id, seen_at, browsed_at, chose_at, paying_at, ordered_at, received_at, cancelled_at)
 ORDER BY profile_id
    ON CONFLICT (profile_id) DO UPDATE
   SET seen_at = greatest(known.seen_at, excluded.seen_at), browsed_at = greatest(known.browsed_at, excluded.browsed_at),
       chose_at = greatest(known.chose_at, excluded.chose_at), paying_at = greatest(known.paying_at, excluded.paying_at),
       ordered_at = greatest(known.ordered_at, excluded.ordered_at),
       received_at = greatest(known.received_at, excluded.received_at),
       cancelled_at = greatest(known.cancelled_at, excluded.cancelled_at);

-- name: steps_of
-- The last steps taken on profiles.
SELECT profile_id, seen_at, browsed_at, chose_at, paying_at, ordered_at, received_at, cancelled_at
  FROM customers_stage WHERE profile_id = ANY (%(profiles)s::bigint[]);

-- name: uids
-- The uids of customers.
SELECT id, uid FROM customers_customer WHERE id = ANY (%(ids)s::bigint[]);

-- name: anchored_on
-- The profiles that stand on these identifiers.
SELECT id FROM customers_profile WHERE anchor_id = ANY (%(identifiers)s::bigint[]);

-- name: home_of
-- The customer of a profile now; of a thing that goes from hand to hand, the one who has it.
SELECT now.id, now.uid
  FROM customers_profile p
  JOIN customers_identifier i ON i.id = p.anchor_id
  LEFT JOIN customers_tenure t ON t.identifier_id = p.anchor_id AND t.until = 'infinity'
  JOIN customers_customer now ON now.id = coalesce(t.customer_id, i.customer_id)
 WHERE p.id = %(profile)s;
