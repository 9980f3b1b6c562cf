-- name: locations
-- Locations in their order, optionally one kind, only those where shoppers fetch, or one code.
SELECT id, code, name, kind, city, address, time_zone, opening_hours, sells, ships, pickup, is_active AS active,
       position, safety, latitude, longitude, daily_parcels
  FROM inventory_location
 WHERE (%(kind)s::text = '' OR kind = %(kind)s)
   AND (%(pickup)s::boolean IS NULL OR pickup = %(pickup)s)
   AND (%(code)s::text = '' OR code = %(code)s)
 ORDER BY position, code;

-- name: location_ids
-- The ids of locations by code.
SELECT code, id FROM inventory_location WHERE code = ANY (%(codes)s::text[]);

-- name: save_location
-- Make a location or change it; what is null stays as it is.
INSERT INTO inventory_location AS known (code, name, kind, city, address, time_zone, opening_hours, sells, ships, pickup,
                                         is_active, position, safety, latitude, longitude, daily_parcels)
VALUES (%(code)s, coalesce(%(name)s, %(code)s), coalesce(%(kind)s, 'store'), coalesce(%(city)s, ''),
        coalesce(%(address)s, ''), coalesce(%(time_zone)s, 'UTC'), coalesce(%(opening_hours)s::jsonb, '{}'),
        coalesce(%(sells)s, true), coalesce(%(ships)s, true),
        coalesce(%(pickup)s, coalesce(%(kind)s, 'store') = 'store'), coalesce(%(active)s, true),
        coalesce(%(position)s, 100), coalesce(%(safety)s, 0), %(latitude)s, %(longitude)s,
        CASE WHEN %(daily_parcels)s::integer >= 0 THEN %(daily_parcels)s::integer END)
    ON CONFLICT (code) DO UPDATE
   SET name = coalesce(%(name)s, known.name), kind = coalesce(%(kind)s, known.kind),
       city = coalesce(%(city)s, known.city), address = coalesce(%(address)s, known.address),
       time_zone = coalesce(%(time_zone)s, known.time_zone),
       opening_hours = coalesce(%(opening_hours)s::jsonb, known.opening_hours),
       sells = coalesce(%(sells)s, known.sells), ships = coalesce(%(ships)s, known.ships),
       pickup = coalesce(%(pickup)s, known.pickup), is_active = coalesce(%(active)s, known.is_active),
       position = coalesce(%(position)s, known.position), safety = coalesce(%(safety)s, known.safety),
       latitude = coalesce(%(latitude)s, known.latitude), longitude = coalesce(%(longitude)s, known.longitude),
       daily_parcels = CASE WHEN %(daily_parcels)s::integer IS NULL THEN known.daily_parcels
                            WHEN %(daily_parcels)s::integer >= 0 THEN %(daily_parcels)s::integer END
RETURNING id;

-- name: parcel_days
-- The days of places that send only so many parcels, with what is left: due holds count for nothing.
SELECT day.location_id, day.capacity_id, capacity.total,
       greatest(0, capacity.total + capacity.slack - capacity.used - capacity.held + coalesce(due.quantity, 0))
  FROM unnest(%(locations)s::bigint[], %(days)s::date[]) AS given(location_id, day)
  JOIN inventory_parcel_day AS day ON day.location_id = given.location_id AND day.day = given.day
  JOIN kernel_capacity AS capacity ON capacity.id = day.capacity_id
  LEFT JOIN LATERAL (SELECT sum(quantity)::bigint AS quantity FROM kernel_hold
                      WHERE capacity_id = capacity.id AND NOT lapsed AND expires_at <= %(at)s) AS due ON true;

-- name: new_parcel_days
-- Ids for days that are about to be begun.
SELECT nextval(pg_get_serial_sequence('inventory_parcel_day', 'id')) FROM generate_series(1, %(count)s::integer);

-- name: add_parcel_days
-- Begin days; one that is there already is left as it is.
INSERT INTO inventory_parcel_day (id, location_id, day, capacity_id)
SELECT id, location_id, day, capacity_id
  FROM unnest(%(ids)s::bigint[], %(locations)s::bigint[], %(days)s::date[], %(capacities)s::bigint[])
       AS given(id, location_id, day, capacity_id)
 ORDER BY location_id
    ON CONFLICT DO NOTHING;

-- name: new_slots
-- Ids for slots that are about to be made.
SELECT nextval(pg_get_serial_sequence('inventory_slot', 'id')) FROM generate_series(1, %(count)s::integer);

-- name: add_slots
-- Make slots; a time that the location has already is left as it is.
INSERT INTO inventory_slot (id, uid, location_id, starts_at, ends_at, capacity_id)
SELECT id, uid, %(location_id)s, starts_at, ends_at, capacity_id
  FROM unnest(%(ids)s::bigint[], %(uids)s::uuid[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
              %(capacities)s::bigint[]) AS given(id, uid, starts_at, ends_at, capacity_id)
 ORDER BY starts_at
    ON CONFLICT DO NOTHING;

-- name: slots
-- The slots of a location that begin in a span of time, with what is free: due holds count for nothing.
SELECT slot.uid, location.code AS location, slot.starts_at, slot.ends_at, slot.capacity_id, capacity.total AS capacity,
       greatest(0, capacity.total + capacity.slack - capacity.used - capacity.held + coalesce(due.quantity, 0)) AS free
  FROM inventory_slot AS slot
  JOIN inventory_location AS location ON location.id = slot.location_id
  JOIN kernel_capacity AS capacity ON capacity.id = slot.capacity_id
  LEFT JOIN (SELECT capacity_id, sum(quantity)::bigint AS quantity FROM kernel_hold
              WHERE NOT lapsed AND expires_at <= %(at)s GROUP BY capacity_id) AS due ON due.capacity_id = slot.capacity_id
 WHERE location.code = %(location)s AND slot.starts_at >= %(since)s AND slot.starts_at < %(until)s
 ORDER BY slot.starts_at;

-- name: openings
-- When slots are opened each week: of one location, or of all.
SELECT location.code, opening.weekday, opening.opens, opening.closes, opening.minutes, opening.capacity
  FROM inventory_opening AS opening
  JOIN inventory_location AS location ON location.id = opening.location_id
 WHERE %(location)s::text = '' OR location.code = %(location)s
 ORDER BY location.code, opening.weekday, opening.opens;

-- name: drop_openings
-- Take out when a location opens slots.
DELETE FROM inventory_opening WHERE location_id = %(location_id)s;

-- name: add_openings
-- Say when a location opens slots.
INSERT INTO inventory_opening (location_id, weekday, opens, closes, minutes, capacity)
SELECT %(location_id)s, weekday, opens, closes, minutes, capacity
  FROM unnest(%(weekdays)s::smallint[], %(opens)s::time[], %(closes)s::time[], %(minutes)s::integer[],
              %(capacities)s::integer[]) AS given(weekday, opens, closes, minutes, capacity)
 ORDER BY weekday, opens;

-- name: sourcing_rules
-- The rules of sourcing in their order.
SELECT id, kind, position, method, locations, is_active AS active
  FROM inventory_sourcing_rule
 ORDER BY position, id;

-- name: drop_sourcing_rules
-- Take out every rule of sourcing.
DELETE FROM inventory_sourcing_rule;

-- name: add_sourcing_rules
-- Put in rules of sourcing.
INSERT INTO inventory_sourcing_rule (kind, position, method, locations, is_active)
SELECT kind, position, method, coalesce(string_to_array(nullif(locations, ''), ','), '{}'), active
  FROM unnest(%(kinds)s::text[], %(positions)s::integer[], %(methods)s::text[], %(locations)s::text[],
              %(actives)s::boolean[]) AS given(kind, position, method, locations, active);

-- name: save_reserve
-- Keep so many units back from a channel, at one location or at each.
INSERT INTO inventory_reserve (channel, location_id, quantity)
VALUES (%(channel)s, %(location_id)s, %(quantity)s)
    ON CONFLICT (channel, location_id) DO UPDATE SET quantity = excluded.quantity;

-- name: drop_reserve
-- Keep nothing back from a channel at one location, or at each.
DELETE FROM inventory_reserve WHERE channel = %(channel)s AND location_id IS NOT DISTINCT FROM %(location_id)s;

-- name: set_safety
-- Keep so many of a variant back at a location; null: as many as the location says.
UPDATE inventory_level SET safety = %(safety)s
 WHERE variant_id = %(variant_id)s AND location_id = %(location_id)s;

-- name: safeties
-- Where a variant has its own safety stock.
SELECT location_id, safety FROM inventory_level WHERE variant_id = %(variant_id)s AND safety IS NOT NULL;

-- name: reserves
-- What is kept back from channels.
SELECT reserve.channel, location.code, reserve.quantity
  FROM inventory_reserve AS reserve
  LEFT JOIN inventory_location AS location ON location.id = reserve.location_id
 ORDER BY reserve.channel, location.code NULLS FIRST;
