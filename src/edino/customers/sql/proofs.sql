-- name: contacts_of_card
-- The contacts that stand on the form of a card: claimed with it, of the same customer, and nobody else's.
SELECT card.id AS card_id, i.id AS target_id, i.kind, i.value
  FROM customers_identifier card
  LEFT JOIN LATERAL (
        SELECT b_id AS id, strength, first_at FROM customers_claim WHERE a_id = card.id
        UNION ALL
        SELECT a_id, strength, first_at FROM customers_claim WHERE b_id = card.id) AS claim ON true
  LEFT JOIN customers_identifier i ON i.id = claim.id AND i.customer_id = card.customer_id AND NOT i.shared
                                  AND i.kind IN ('phone', 'email')
 WHERE card.kind = %(kind)s AND card.value = %(value)s AND NOT card.shared
 ORDER BY claim.strength DESC, claim.first_at, i.id;

-- name: contact
-- A contact that somebody is known by.
SELECT id FROM customers_identifier WHERE kind = %(kind)s AND value = %(value)s AND NOT shared;

-- name: asked
-- How many proofs were asked for of late: by this account, about this card or contact, and from this place.
SELECT count(*) FILTER (WHERE account = %(account)s), count(*) FILTER (WHERE subject = %(subject)s),
       count(*) FILTER (WHERE place = %(place)s)
  FROM customers_proof
 WHERE at > %(since)s AND (account = %(account)s OR subject = %(subject)s OR place = %(place)s);

-- name: add_proof
-- Keep what is on its way.
INSERT INTO customers_proof (id, method, secret, source_id, account, subject, place, card_id, target_id, at, until)
VALUES (%(id)s, %(method)s, %(secret)s, %(source)s, %(account)s, %(subject)s, %(place)s, %(card)s, %(target)s, %(at)s,
        %(until)s);

-- name: forget_old_proofs
-- Proofs live for a day.
DELETE FROM customers_proof WHERE at < %(before)s;

-- name: proof_by_id
-- A proof, locked.
SELECT id, secret, account, subject, card_id, target_id, tries, until, used_at
  FROM customers_proof WHERE id = %(id)s AND method = %(method)s AND source_id = %(source)s FOR UPDATE;

-- name: proof_by_secret
-- A proof by the secret of its link, locked.
SELECT id, secret, account, subject, card_id, target_id, tries, until, used_at
  FROM customers_proof WHERE secret = %(secret)s AND method = 'link' AND source_id = %(source)s FOR UPDATE;

-- name: tried
-- Count a wrong try.
UPDATE customers_proof SET tries = tries + 1 WHERE id = %(id)s;

-- name: used
-- Note that a proof was given back.
UPDATE customers_proof SET used_at = %(at)s WHERE id = %(id)s;
