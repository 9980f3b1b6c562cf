-- name: profiles
-- The profiles of these keys by their places; their months and first moment where they do not cover what is seen now.
SELECT asked.place::integer - 1, p.id,
       CASE WHEN more.is THEN p.months END, CASE WHEN more.is THEN extract(epoch FROM p.first_at)::float8 END
  FROM unnest(%(keys)s::uuid[]) WITH ORDINALITY AS asked (key, place)
  JOIN customers_profile p ON p.key = asked.key
 CROSS JOIN LATERAL (SELECT p.first_at > %(first)s OR NOT p.months @> %(months)s::smallint[] AS is) AS more;

-- name: profiles_by_key
-- The profiles of these keys, the months they were claimed in and their first moment.
SELECT p.key::text, p.id, p.months, extract(epoch FROM p.first_at)::float8 AS first_at
  FROM unnest(%(keys)s::uuid[]) AS asked (key)
  JOIN customers_profile p ON p.key = asked.key;

-- name: identifiers_by_value
-- What is known of these values and of the customers they belong to.
SELECT i.id, i.kind, i.value, i.login, i.shared, c.id, c.size, c.kinds, c.login, c.separated, c.epoch
  FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS given (kind, value)
  JOIN customers_identifier i ON i.value = given.value AND i.kind = given.kind
  JOIN customers_customer c ON c.id = i.customer_id;

-- name: lock_customers
-- Lock customers in the order of their ids, so that nobody waits in a circle.
SELECT id, epoch FROM customers_customer WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id FOR UPDATE;

-- name: rely_on_customers
-- Keep customers as they are until the end of the transaction, while others may rely on them too.
SELECT id, epoch FROM customers_customer WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id FOR SHARE;

-- name: customers_of
-- Whose these identifiers are now.
SELECT id, customer_id FROM customers_identifier WHERE id = ANY (%(ids)s::bigint[]);

-- name: reserve
-- Take ids for identifiers and profiles about to be made: the first ones of blocks.
SELECT (SELECT array_agg(nextval(s.name))
          FROM (SELECT pg_get_serial_sequence('customers_identifier', 'id')::regclass OFFSET 0) AS s (name),
               generate_series(1, %(identifiers)s)),
       (SELECT array_agg(nextval(s.name))
          FROM (SELECT pg_get_serial_sequence('customers_profile', 'id')::regclass OFFSET 0) AS s (name),
               generate_series(1, %(profiles)s));

-- name: add_identifiers
-- Add identifiers; one that somebody else added first is an error, after which the whole unit of work begins anew.
INSERT INTO customers_identifier (id, kind, value, customer_id, login)
SELECT * FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(values)s::text[], %(customers)s::bigint[],
                     %(logins)s::boolean[]) AS new (id, kind, value, customer_id, login)
 ORDER BY value, kind;

-- name: add_customers
-- Add the customers of new identifiers.
INSERT INTO customers_customer (id, size, kinds, login)
SELECT * FROM unnest(%(ids)s::bigint[], %(sizes)s::integer[], %(kinds)s::text[]::jsonb[], %(logins)s::boolean[]);

-- name: add_profiles
-- Add profiles; fewer rows than asked means that somebody else added one first.
INSERT INTO customers_profile (id, key, source_id, identifier_ids, anchor_id, months, first_at)
SELECT id, key, source_id, string_to_array(identifier_ids, ',')::bigint[], anchor_id, ARRAY[month], to_timestamp(first_at)
  FROM unnest(%(ids)s::bigint[], %(keys)s::uuid[], %(sources)s::integer[], %(identifier_ids)s::text[],
              %(anchors)s::bigint[], %(months)s::smallint[], %(firsts)s::float8[])
       AS new (id, key, source_id, identifier_ids, anchor_id, month, first_at)
 ORDER BY key
    ON CONFLICT DO NOTHING;

-- name: extend_profiles
-- Note further months, and earlier first moments, of profiles that were known.
UPDATE customers_profile p
   SET months = ARRAY(SELECT DISTINCT unnest(p.months || new.months) ORDER BY 1),
       first_at = least(p.first_at, to_timestamp(new.first_at))
  FROM (SELECT id, array_agg(month) AS months, min(first_at) AS first_at
          FROM unnest(%(ids)s::bigint[], %(months)s::smallint[], %(firsts)s::float8[]) AS given (id, month, first_at)
         GROUP BY id) AS new
 WHERE p.id = new.id;

-- name: add_claims
-- Add claims; a claim made again in its month only widens its span of time. Answers the pairs that are new to the month.
INSERT INTO customers_claim AS c (a_id, b_id, source_id, strength, verified, month, first_at, last_at, event)
SELECT a, b, source_id, strength, verified, month,
       to_timestamp(min(first_at)), to_timestamp(max(last_at)), (array_agg(event ORDER BY first_at, event))[1]
  FROM unnest(%(a)s::bigint[], %(b)s::bigint[], %(sources)s::integer[], %(strengths)s::smallint[],
              %(verified)s::boolean[], %(months)s::smallint[], %(firsts)s::float8[], %(lasts)s::float8[],
              %(events)s::uuid[]) AS new (a, b, source_id, strength, verified, month, first_at, last_at, event)
 GROUP BY a, b, source_id, strength, verified, month
 ORDER BY a, b, source_id, strength, verified, month
    ON CONFLICT (a_id, b_id, source_id, strength, verified, month) DO UPDATE
   SET first_at = least(c.first_at, excluded.first_at), last_at = greatest(c.last_at, excluded.last_at),
       event = CASE WHEN (excluded.first_at, excluded.event) < (c.first_at, c.event) THEN excluded.event ELSE c.event END
 WHERE (excluded.first_at, excluded.event) < (c.first_at, c.event) OR excluded.last_at > c.last_at;

-- name: confirm_identifiers
-- These identifiers are confirmed log-ins from now on.
UPDATE customers_identifier SET login = true WHERE id = ANY (%(ids)s::bigint[]) AND NOT login;

-- name: partners
-- How many different partners of each personal kind these identifiers have; acts do not count.
SELECT one, kind, count(DISTINCT other)
  FROM (SELECT c.a_id AS one, c.b_id AS other, i.kind
          FROM customers_claim c JOIN customers_identifier i ON i.id = c.b_id
         WHERE c.a_id = ANY (%(ids)s::bigint[]) AND c.strength < 100
        UNION ALL
        SELECT c.b_id, c.a_id, i.kind
          FROM customers_claim c JOIN customers_identifier i ON i.id = c.a_id
         WHERE c.b_id = ANY (%(ids)s::bigint[]) AND c.strength < 100) AS pair
 WHERE kind = ANY (%(personal)s::text[])
 GROUP BY one, kind;

-- name: partners_of
-- Everybody these identifiers were ever claimed with.
SELECT b_id FROM customers_claim WHERE a_id = ANY (%(ids)s::bigint[])
UNION
SELECT a_id FROM customers_claim WHERE b_id = ANY (%(ids)s::bigint[]);

-- name: mark_shared
-- These values have too many partners; they join nobody.
UPDATE customers_identifier SET shared = true WHERE id = ANY (%(ids)s::bigint[]) AND NOT shared RETURNING id;

-- name: reach
-- All identifiers connected to these by any claim that does not run through a shared one.
WITH RECURSIVE reach (id) AS (
    SELECT unnest(%(ids)s::bigint[])
    UNION
    SELECT next.id
      FROM reach
      JOIN customers_identifier here ON here.id = reach.id AND NOT here.shared
     CROSS JOIN LATERAL (SELECT b_id AS id FROM customers_claim WHERE a_id = reach.id
                         UNION ALL
                         SELECT a_id FROM customers_claim WHERE b_id = reach.id) AS next
      JOIN customers_identifier there ON there.id = next.id AND NOT there.shared
)
SELECT i.id, i.kind, i.value, i.login, i.shared, i.customer_id
  FROM reach JOIN customers_identifier i ON i.id = reach.id;

-- name: claims_among
-- The claims among these identifiers.
SELECT a_id, b_id, strength, verified, extract(epoch FROM first_at)::float8, extract(epoch FROM last_at)::float8, event
  FROM customers_claim
 WHERE a_id = ANY (%(ids)s::bigint[]) AND b_id = ANY (%(ids)s::bigint[]);

-- name: separations_of
-- The separations in force that these identifiers have a side in.
SELECT side.identifier_id, side.separation_id, side.side
  FROM customers_separation_side side
  JOIN customers_separation s ON s.id = side.separation_id AND s.revoked_at IS NULL
 WHERE side.identifier_id = ANY (%(ids)s::bigint[]);

-- name: add_missing_customers
-- Make sure that a customer row stands for each of these first identifiers.
INSERT INTO customers_customer (id, size, kinds, login)
SELECT id, 0, '{}', false FROM unnest(%(ids)s::bigint[]) AS new (id)
 ORDER BY id
    ON CONFLICT DO NOTHING;

-- name: move_identifiers
-- Put identifiers with their customers.
UPDATE customers_identifier i SET customer_id = new.customer_id
  FROM unnest(%(ids)s::bigint[], %(customers)s::bigint[]) AS new (id, customer_id)
 WHERE i.id = new.id AND i.customer_id <> new.customer_id;

-- name: refresh_customers
-- Count again what each of these customers consists of; one with a side or several log-ins must always be replayed.
UPDATE customers_customer c
   SET size = coalesce(now.size, 0), kinds = coalesce(now.kinds, '{}'), login = coalesce(now.login, false),
       separated = coalesce(now.separated, false), epoch = c.epoch + 1
  FROM unnest(%(ids)s::bigint[]) AS asked (id)
  LEFT JOIN LATERAL (
        SELECT sum(k.n)::integer AS size, jsonb_object_agg(k.kind, k.n) AS kinds, sum(k.logins) > 0 AS login,
               bool_or(k.separated) OR sum(k.logins) > 1 AS separated
          FROM (SELECT i.kind, count(*) AS n, count(*) FILTER (WHERE i.login) AS logins,
                       bool_or(EXISTS (SELECT FROM customers_separation_side side
                                         JOIN customers_separation s ON s.id = side.separation_id
                                        WHERE side.identifier_id = i.id AND s.revoked_at IS NULL)) AS separated
                  FROM customers_identifier i WHERE i.customer_id = asked.id GROUP BY i.kind) AS k) AS now ON true
 WHERE c.id = asked.id;

-- name: clear_tenure
-- Forget who held these things.
DELETE FROM customers_tenure WHERE identifier_id = ANY (%(ids)s::bigint[]);

-- name: add_tenure
-- Note who held things, each until the next one did.
INSERT INTO customers_tenure (identifier_id, since, until, customer_id)
SELECT identifier_id, since, lead(since, 1, 'infinity') OVER (PARTITION BY identifier_id ORDER BY since), customer_id
  FROM (SELECT identifier_id, to_timestamp(since) AS since, customer_id
          FROM unnest(%(ids)s::bigint[], %(since)s::float8[], %(customers)s::bigint[])
               AS new (identifier_id, since, customer_id)) AS spans;

-- name: reanchor
-- Give profiles whose anchor turned out to be shared the next best identifier that is not.
UPDATE customers_profile p
   SET anchor_id = coalesce((SELECT i.id FROM unnest(p.identifier_ids) WITH ORDINALITY AS own (id, place)
                               JOIN customers_identifier i ON i.id = own.id AND NOT i.shared
                              ORDER BY own.place LIMIT 1), p.anchor_id)
 WHERE p.anchor_id = ANY (%(ids)s::bigint[]);

-- name: add_decisions
-- Keep what was decided and why.
INSERT INTO customers_decision (what, customer_ids, reason, inputs, policy_version, at)
SELECT what, string_to_array(customer_ids, ',')::bigint[], reason, inputs::jsonb, %(policy)s, %(at)s
  FROM unnest(%(whats)s::text[], %(customers)s::text[], %(reasons)s::text[], %(inputs)s::text[])
       AS new (what, customer_ids, reason, inputs);

-- name: open_cases
-- Open cases for people to look at; a pair that has one already, perhaps under ids retired since, gets no second.
INSERT INTO customers_case (what, reason, left_id, right_id, score, evidence, opened_at)
SELECT what, reason, left_id, right_id, NULL, evidence::jsonb, %(at)s
  FROM unnest(%(whats)s::text[], %(reasons)s::text[], %(lefts)s::bigint[], %(rights)s::bigint[], %(evidence)s::text[])
       AS new (what, reason, left_id, right_id, evidence)
 WHERE NOT EXISTS (SELECT FROM customers_identifier l
                     JOIN customers_case k ON k.left_id = l.id AND k.what = new.what
                     JOIN customers_identifier r ON r.id = k.right_id
                    WHERE l.customer_id IN (new.left_id, new.right_id) AND r.customer_id IN (new.left_id, new.right_id)
                      AND l.customer_id <> r.customer_id)
    ON CONFLICT DO NOTHING;

-- name: policy
-- The policy in force.
SELECT version, rules FROM customers_policy WHERE activated_at IS NOT NULL ORDER BY version DESC LIMIT 1;

-- name: blocked_values
-- Values nobody can be known by.
SELECT kind, pattern FROM customers_blocked_value;

-- name: assignments
-- Which customer each identifier belongs to, in steps.
SELECT id, kind, value, customer_id, shared FROM customers_identifier WHERE id > %(after)s ORDER BY id LIMIT %(size)s;

-- name: set_customers
-- Note what locked customers consist of after they grew.
UPDATE customers_customer c
   SET size = new.size, kinds = new.kinds, login = new.login, epoch = c.epoch + 1
  FROM unnest(%(ids)s::bigint[], %(sizes)s::integer[], %(kinds)s::text[]::jsonb[], %(logins)s::boolean[])
       AS new (id, size, kinds, login)
 WHERE c.id = new.id;

-- name: absorb_customers
-- Put all identifiers of absorbed customers, and what they held, with the survivors.
WITH moved AS (SELECT * FROM unnest(%(absorbed)s::bigint[], %(into)s::bigint[]) AS m (absorbed, survivor)),
     emptied AS (UPDATE customers_customer c SET size = 0, kinds = '{}', login = false, epoch = c.epoch + 1
                   FROM moved WHERE c.id = moved.absorbed),
     held AS (UPDATE customers_tenure t SET customer_id = moved.survivor
                FROM moved WHERE t.customer_id = moved.absorbed)
UPDATE customers_identifier i SET customer_id = moved.survivor
  FROM moved WHERE i.customer_id = moved.absorbed;

-- name: with_tenure
-- Which of these things had several holders.
SELECT DISTINCT identifier_id FROM customers_tenure WHERE identifier_id = ANY (%(ids)s::bigint[]);
