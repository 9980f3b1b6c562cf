-- name: add_session
-- A browser has proved a contact.
INSERT INTO customers_session (token, identifier_id, profile_id, source_id, created_at, seen_at, until)
VALUES (%(token)s, %(identifier)s, %(profile)s, %(source)s, %(at)s, %(at)s, %(until)s);

-- name: session
-- Whose browser this is, as identity stands now.
SELECT i.kind, i.value, i.id AS identifier_id, s.profile_id, c.id AS customer_id, c.uid, s.seen_at, s.until
  FROM customers_session s
  JOIN customers_identifier i ON i.id = s.identifier_id AND i.kind <> 'erased'
  JOIN customers_customer c ON c.id = i.customer_id
 WHERE s.token = %(token)s AND s.until > %(at)s;

-- name: keep_session
-- A browser that is used stays logged in, up to a last day.
UPDATE customers_session SET seen_at = %(at)s, until = least(%(until)s::timestamptz, created_at + %(most)s::interval)
 WHERE token = %(token)s;

-- name: end_session
-- Log a browser out.
DELETE FROM customers_session WHERE token = %(token)s;

-- name: end_old_sessions
-- Sessions that are over.
DELETE FROM customers_session WHERE until <= %(at)s;

-- name: end_sessions_of
-- Log out every browser that proved one of these contacts.
DELETE FROM customers_session WHERE identifier_id = ANY (%(identifiers)s::bigint[]);

-- name: proved
-- What was proved together with an identifier, by acts and verdicts, as far as it is the same customer's.
WITH RECURSIVE proved (id, customer_id) AS (
        SELECT id, customer_id FROM customers_identifier WHERE id = %(identifier)s
        UNION
        SELECT i.id, i.customer_id
          FROM proved
         CROSS JOIN LATERAL (
               SELECT b_id AS id FROM customers_claim WHERE a_id = proved.id AND strength >= %(act)s
               UNION ALL
               SELECT a_id FROM customers_claim WHERE b_id = proved.id AND strength >= %(act)s) AS other
          JOIN customers_identifier i ON i.id = other.id AND i.customer_id = proved.customer_id AND NOT i.shared)
SELECT id FROM proved;
