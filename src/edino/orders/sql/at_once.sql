-- name: write
-- Write an order that is placed at once, with everything that hangs on it; nothing when its cart has an order already.
WITH new AS (
    INSERT INTO orders_order (uid, number, state, origin, cart_uid, source_id, channel, assortment, currency,
                              location_id, profile_id, name, phone, email, language, delivery, subtotal, discount,
                              delivery_net, total, due, promise, comment, created_at, placed_at, pickup_code)
    SELECT %(uid)s, coalesce(%(number)s::text, nextval('orders_number')::text), 'placed', 'checkout',
           %(cart_uid)s::uuid, %(source_id)s, %(channel)s, %(assortment)s, %(currency)s,
           (SELECT place.id FROM pub.inventory_location AS place WHERE place.code = %(location)s), %(profile_id)s::bigint,
           %(name)s, %(phone)s, %(email)s, %(language)s, %(delivery)s::jsonb, %(subtotal)s, %(discount)s,
           %(delivery_net)s, %(total)s, %(total)s, %(promise)s::jsonb, %(comment)s, %(at)s, %(at)s, %(code)s
    ON CONFLICT DO NOTHING
    RETURNING id, number
), line AS (
    INSERT INTO orders_line (order_id, key, variant_id, sku, name, quantity, unit, gross, discount, net, tax, shares)
    SELECT new.id, told.key, told.variant_id, told.sku, told.name, told.quantity, told.unit, told.gross, told.discount,
           told.net, told.tax, told.shares
      FROM new
     CROSS JOIN jsonb_to_recordset(%(lines)s::jsonb)
           AS told (key text, variant_id bigint, sku text, name text, quantity integer, unit bigint, gross bigint,
                    discount bigint, net bigint, tax text, shares jsonb)
    RETURNING id, key
), way AS (
    SELECT told.key, told.variant_id, told.location_id, told.capacity_id, told.quantity, told.fulfilled_from,
           CASE WHEN %(method)s = 'pickup' AND (told.fulfilled_from = 'transfer' OR place.id <> pickup.id) THEN 'transfer'
                WHEN %(method)s = 'pickup' THEN 'pickup'
                WHEN place.kind = 'store' THEN 'ship_from_store'
                ELSE 'delivery' END AS kind,
           pickup.id AS pickup_id
      FROM jsonb_to_recordset(%(allocations)s::jsonb)
           AS told (key text, variant_id bigint, location_id bigint, capacity_id bigint, quantity integer,
                    fulfilled_from text)
      JOIN pub.inventory_location AS place ON place.id = told.location_id
      LEFT JOIN pub.inventory_location AS pickup ON pickup.code = %(pickup)s AND %(method)s = 'pickup'
), parcel AS (
    INSERT INTO orders_fulfilment (uid, order_id, kind, location_id, pickup_location_id, slot_starts_at, slot_ends_at,
                                   attempt, created_at)
    SELECT uuidv7(), new.id, way.kind, way.location_id, max(way.pickup_id), %(starts_at)s::timestamptz,
           %(ends_at)s::timestamptz, 1, %(at)s
      FROM new CROSS JOIN way
     GROUP BY new.id, way.location_id, way.kind
    RETURNING id, location_id, kind
), allocation AS (
    INSERT INTO orders_allocation (line_id, variant_id, location_id, capacity_id, quantity, fulfilled_from, fulfilment_id)
    SELECT line.id, way.variant_id, way.location_id, way.capacity_id, way.quantity, way.fulfilled_from, parcel.id
      FROM way
      JOIN line ON line.key = way.key
      JOIN parcel ON parcel.location_id = way.location_id AND parcel.kind = way.kind
), credit AS (
    INSERT INTO orders_credit (order_id, role, location_id, staff_id, name, amount, at)
    SELECT new.id, told.role, told.location_id, told.staff_id, told.name, %(total)s, %(at)s
      FROM new
     CROSS JOIN jsonb_to_recordset(%(credits)s::jsonb) AS told (role text, location_id bigint, staff_id integer, name text)
), payment AS (
    INSERT INTO orders_payment (uid, order_id, key, tender, state, amount, captured, provider, provider_ref, created_at)
    SELECT uuidv7(), new.id, told.key, told.tender, 'pending', told.amount, 0, told.provider, told.provider_ref, %(at)s
      FROM new
     CROSS JOIN jsonb_to_recordset(%(payments)s::jsonb)
           AS told (key text, tender text, amount bigint, provider text, provider_ref text)
), moment AS (
    INSERT INTO orders_history (order_id, at, what, by, why, detail)
    SELECT new.id, %(at)s, 'placed', '', '', jsonb_build_object('total', %(total)s::bigint) FROM new
)
SELECT number FROM new;
