CREATE VIEW pub.customers_customer AS
SELECT customer.id AS issued_id, customer.uid, identifier.customer_id, customer.born_at
  FROM customers_customer AS customer
  JOIN customers_identifier AS identifier ON identifier.id = customer.id;
COMMENT ON VIEW pub.customers_customer IS
    'Every uid ever issued and the customer it means now; issued_id = customer_id in the row of the current uid.';

CREATE VIEW pub.customers_identifier AS
SELECT identifier.id, identifier.kind, identifier.customer_id, identifier.login, identifier.shared,
       identifier.created_at
  FROM customers_identifier AS identifier;
COMMENT ON VIEW pub.customers_identifier IS 'Identifiers without their values.';

CREATE VIEW pub.customers_profile AS
SELECT profile.id AS profile_id, identifier.customer_id, customer.uid AS customer_uid, profile.source_id,
       profile.first_at
  FROM customers_profile AS profile
  JOIN customers_identifier AS identifier ON identifier.id = profile.anchor_id
  JOIN customers_customer AS customer ON customer.id = identifier.customer_id;
COMMENT ON VIEW pub.customers_profile IS
    'Profiles and their customer. Where a device went from hand to hand, customers_holding says who had it when.';

CREATE VIEW pub.customers_holding AS
SELECT profile.id AS profile_id, identifier.customer_id, '-infinity'::timestamptz AS since,
       'infinity'::timestamptz AS until
  FROM customers_profile AS profile
  JOIN customers_identifier AS identifier ON identifier.id = profile.anchor_id
 WHERE NOT EXISTS (SELECT FROM customers_tenure AS tenure WHERE tenure.identifier_id = profile.anchor_id)
UNION ALL
SELECT profile.id, tenure.customer_id, tenure.since, tenure.until
  FROM customers_profile AS profile
  JOIN customers_tenure AS tenure ON tenure.identifier_id = profile.anchor_id;
COMMENT ON VIEW pub.customers_holding IS
    'Facts of a profile that happened at or after since and before until belong to the customer.';
