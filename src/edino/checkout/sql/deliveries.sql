-- name: methods
-- The methods of delivery in the order in which they are offered.
SELECT code, names, currency, zones, position, is_active FROM checkout_delivery_method ORDER BY position, code;

-- name: save_method
-- Make a method of delivery, or change the one of this code.
INSERT INTO checkout_delivery_method (code, names, currency, zones, position, is_active)
VALUES (%(code)s, %(names)s::jsonb, %(currency)s, %(zones)s::jsonb, %(position)s, %(active)s)
    ON CONFLICT (code) DO UPDATE
   SET names = excluded.names, currency = excluded.currency, zones = excluded.zones, position = excluded.position,
       is_active = excluded.is_active;
