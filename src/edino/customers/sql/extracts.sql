-- name: customers
-- The customers there are now, in steps.
SELECT customer.id, customer.uid, customer.born_at
  FROM customers_customer customer
  JOIN customers_identifier first ON first.id = customer.id AND first.customer_id = customer.id
 WHERE customer.id > %(after)s
 ORDER BY customer.id LIMIT %(size)s;

-- name: identifiers_of
-- The identifiers of these customers.
SELECT customer_id, kind, value
  FROM customers_identifier
 WHERE customer_id = ANY (%(customers)s::bigint[]) AND kind <> 'erased'
 ORDER BY id;

-- name: traits_of
-- What was said of these customers, on profiles while they were theirs.
SELECT own.customer_id, trait.field, trait.value, profile.source_id, trait.at, trait.verified
  FROM pub.customers_holding own
  JOIN customers_trait trait ON trait.profile_id = own.profile_id AND trait.at >= own.since AND trait.at < own.until
  JOIN customers_profile profile ON profile.id = own.profile_id
 WHERE own.customer_id = ANY (%(customers)s::bigint[]);

-- name: identifiers
-- Whose each identifier is, in steps.
SELECT identifier.id, customer.uid, identifier.kind, identifier.value, identifier.login, identifier.shared,
       identifier.created_at
  FROM customers_identifier identifier
  JOIN customers_customer customer ON customer.id = identifier.customer_id
 WHERE identifier.id > %(after)s AND identifier.kind <> 'erased'
 ORDER BY identifier.id LIMIT %(size)s;

-- name: consents
-- The ledger of permissions, in steps.
SELECT consent.id, customer.uid, identifier.kind, identifier.value, consent.purpose, consent.brand, consent.state,
       consent.at, consent.verified, source.name, consent.by, consent.proof, consent.recorded_at
  FROM customers_consent consent
  JOIN customers_identifier identifier ON identifier.id = consent.identifier_id
  JOIN customers_customer customer ON customer.id = identifier.customer_id
  LEFT JOIN pub.channels_source source ON source.id = consent.source_id
 WHERE consent.id > %(after)s
 ORDER BY consent.id LIMIT %(size)s;
