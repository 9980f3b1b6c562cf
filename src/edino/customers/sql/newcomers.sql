-- name: reserve
-- Take ids for identifiers about to be made, and one for their profile.
SELECT (SELECT array_agg(nextval(s.name))
          FROM (SELECT pg_get_serial_sequence('customers_identifier', 'id')::regclass OFFSET 0) AS s (name),
               generate_series(1, %(identifiers)s)) AS identifiers,
       nextval(pg_get_serial_sequence('customers_profile', 'id')) AS profile;

-- name: add
-- Add somebody nobody knew at one go: how many identifiers were new, how many profiles, the uid of the customer.
WITH customer AS (
    INSERT INTO customers_customer (id, size, kinds, login)
    VALUES (%(customer)s, %(size)s, %(kinds_of)s::jsonb, %(login)s)
    RETURNING uid
), identifier AS (
    INSERT INTO customers_identifier (id, kind, value, customer_id, login)
    SELECT id, kind, value, %(customer)s, login
      FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(values)s::text[], %(logins)s::boolean[])
           AS new (id, kind, value, login)
     ORDER BY value, kind
        ON CONFLICT DO NOTHING
    RETURNING id
), profile AS (
    INSERT INTO customers_profile (id, key, source_id, identifier_ids, anchor_id, months, first_at)
    VALUES (%(profile)s, %(key)s::uuid, %(source)s, %(ids)s::bigint[], %(anchor)s, ARRAY[%(month)s::smallint], %(at)s)
        ON CONFLICT DO NOTHING
    RETURNING id
), claim AS (
    INSERT INTO customers_claim (a_id, b_id, source_id, strength, verified, month, first_at, last_at, event)
    SELECT a, b, %(source)s, %(strength)s, verified, %(month)s, %(at)s, %(at)s, %(event)s::uuid
      FROM unnest(%(a)s::bigint[], %(b)s::bigint[], %(verified)s::boolean[]) AS new (a, b, verified)
)
SELECT (SELECT count(*) FROM identifier) AS identifiers, (SELECT count(*) FROM profile) AS profiles, uid FROM customer;
