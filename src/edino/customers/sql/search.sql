-- name: by_value
-- Whose these exact values are, of whatever kind; of a shared or borrowed one, everybody it was seen with.
WITH hit AS (
    SELECT id, customer_id, shared FROM customers_identifier
     WHERE value = ANY (%(values)s::text[]) AND kind <> 'erased' LIMIT %(size)s)
SELECT customer_id FROM hit WHERE NOT shared
UNION
SELECT t.customer_id FROM hit JOIN customers_tenure t ON t.identifier_id = hit.id
UNION
SELECT other.customer_id
  FROM hit
 CROSS JOIN LATERAL (SELECT b_id AS id FROM customers_claim WHERE a_id = hit.id
                     UNION ALL
                     SELECT a_id FROM customers_claim WHERE b_id = hit.id) AS partner
  JOIN customers_identifier other ON other.id = partner.id AND NOT other.shared
 WHERE hit.shared
 LIMIT %(size)s;

-- name: by_tail
-- Customers whose telephone or card ends with these digits.
SELECT DISTINCT customer_id
  FROM (SELECT customer_id FROM customers_identifier
         WHERE kind IN ('phone', 'loyalty_card') AND reverse(value) COLLATE "C" >= %(tail)s
           AND reverse(value) COLLATE "C" < %(tail)s || chr(1114111)
         LIMIT %(size)s) AS hit;

-- name: by_words
-- Customers with a profile on which each of these prefixes begins some word.
SELECT DISTINCT customer_id
  FROM (SELECT i.customer_id
          FROM customers_word w
          JOIN customers_profile p ON p.id = w.profile_id
          JOIN customers_identifier i ON i.id = p.anchor_id
         WHERE w.word >= %(first)s AND w.word < %(first)s || chr(1114111)
           AND (SELECT coalesce(bool_and(EXISTS (
                           SELECT FROM customers_word v
                            WHERE v.profile_id = w.profile_id
                              AND v.word >= other.prefix AND v.word < other.prefix || chr(1114111))), true)
                  FROM unnest(%(others)s::text[]) AS other (prefix))
         LIMIT %(reach)s) AS hit
 LIMIT %(size)s;

-- name: by_words_apart
-- Customers with a word for each of these prefixes on any of their profiles, among the first who have the first.
SELECT DISTINCT customer_id
  FROM (SELECT i.customer_id
          FROM (SELECT DISTINCT profile_id FROM customers_word
                 WHERE word >= %(first)s AND word < %(first)s || chr(1114111) LIMIT %(among)s) AS w
          JOIN customers_profile p ON p.id = w.profile_id
          JOIN customers_identifier i ON i.id = p.anchor_id
         WHERE NOT EXISTS (
               SELECT FROM unnest(%(others)s::text[]) AS other (prefix)
                WHERE NOT EXISTS (
                      SELECT FROM customers_identifier j
                        JOIN customers_profile q ON q.anchor_id = j.id
                        JOIN customers_word v ON v.profile_id = q.id
                       WHERE j.customer_id = i.customer_id
                         AND v.word >= other.prefix AND v.word < other.prefix || chr(1114111)))
         LIMIT %(reach)s) AS hit
 LIMIT %(size)s;

-- name: names
-- What is said of the names of these customers.
SELECT i.customer_id, t.field, t.value, p.source_id, t.at, t.verified
  FROM customers_identifier i
  JOIN customers_profile p ON p.anchor_id = i.id
  JOIN customers_trait t ON t.profile_id = p.id AND t.field IN ('first_name', 'last_name', 'name')
 WHERE i.customer_id = ANY (%(customers)s::bigint[])
   AND NOT EXISTS (SELECT FROM customers_tenure held WHERE held.identifier_id = i.id);

-- name: contacts
-- The contacts of these customers that people know each other by.
SELECT customer_id, kind, value FROM customers_identifier
 WHERE customer_id = ANY (%(customers)s::bigint[]) AND kind IN ('phone', 'email', 'loyalty_card')
 ORDER BY customer_id, kind DESC, id;

-- name: last_seen
-- When these customers were last seen.
SELECT i.customer_id, max(s.seen_at)
  FROM customers_identifier i
  JOIN customers_profile p ON p.anchor_id = i.id
  JOIN customers_stage s ON s.profile_id = p.id
 WHERE i.customer_id = ANY (%(customers)s::bigint[])
   AND NOT EXISTS (SELECT FROM customers_tenure held WHERE held.identifier_id = i.id)
 GROUP BY i.customer_id;
