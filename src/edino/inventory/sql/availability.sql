-- name: availability
-- What can be promised of variants, in four kinds of rows (what, key, told, odd); the caller puts them together.
-- place: [location, safety, kept from the channel] of those that give; level: [location, capacity, total, promised] of
-- each level of a variant, and [location, safety or −1, slack] of those that have their own; loose: units of a capacity in
-- holds that are due or the owner's own; coming: [location, day, quantity] of a variant.
-- Five thousand levels in ten milliseconds: what is the same for a whole location is told once and not joined to each
-- level, a level is four numbers, made into text as they come (arrays in arrays cost twice that), and capacities are
-- fetched by one array and joined from the outside, so that neither a guess of their number nor parallel workers, whose
-- start costs more than the whole, can slow it down. Each level has its capacity.
WITH level AS MATERIALIZED (
    SELECT id, variant_id, location_id, capacity_id, safety
      FROM inventory_level
     WHERE variant_id = ANY (%(variants)s::bigint[])
       AND (%(locations)s::bigint[] IS NULL OR location_id = ANY (%(locations)s::bigint[]))
)
SELECT 'place' AS what, NULL::bigint AS key,
       string_agg(concat_ws(',', place.id, place.safety, coalesce(here.quantity, everywhere.quantity, 0)), '],[') AS told,
       NULL AS odd
  FROM inventory_location AS place
  LEFT JOIN inventory_reserve AS here ON here.channel = %(channel)s AND here.location_id = place.id
  LEFT JOIN inventory_reserve AS everywhere ON everywhere.channel = %(channel)s AND everywhere.location_id IS NULL
 WHERE place.is_active AND place.kind <> 'transit'
UNION ALL
SELECT 'level', level.variant_id,
       string_agg(concat_ws(',', level.location_id, level.capacity_id, capacity.total, capacity.used + capacity.held), '],['),
       string_agg(concat_ws(',', level.location_id, coalesce(level.safety, -1), capacity.slack), '],[')
       FILTER (WHERE level.safety IS NOT NULL OR capacity.slack <> 0)
  FROM level
  LEFT JOIN (SELECT id, total, slack, used, held FROM kernel_capacity
              WHERE id = ANY (ARRAY(SELECT capacity_id FROM level))) AS capacity ON capacity.id = level.capacity_id
 GROUP BY level.variant_id
UNION ALL
SELECT 'loose', due_or_own.capacity_id, sum(due_or_own.quantity)::text, NULL
  FROM (SELECT capacity_id, quantity FROM kernel_hold WHERE NOT lapsed AND expires_at <= %(at)s
        UNION ALL
        SELECT capacity_id, quantity FROM kernel_hold
         WHERE owner = %(owner)s::uuid AND owner_kind = %(owner_kind)s AND NOT lapsed AND expires_at > %(at)s)
       AS due_or_own
 WHERE due_or_own.capacity_id IN (SELECT capacity_id FROM level)
 GROUP BY due_or_own.capacity_id
UNION ALL
SELECT 'coming', level.variant_id,
       json_agg(json_build_array(level.location_id, coming.due_on, coming.quantity) ORDER BY coming.due_on, coming.id)::text,
       NULL
  FROM (SELECT id, level_id, due_on, quantity FROM inventory_inbound WHERE level_id = ANY (ARRAY(SELECT id FROM level)))
       AS coming
  JOIN level ON level.id = coming.level_id
 GROUP BY level.variant_id;

-- name: by_city
-- What can be had of variants in each city, and in how many places of it.
-- Capacities are fetched as above.
WITH location AS MATERIALIZED (
    SELECT place.id, place.city, place.safety, coalesce(here.quantity, everywhere.quantity, 0) AS reserve
      FROM inventory_location AS place
      LEFT JOIN inventory_reserve AS here ON here.channel = %(channel)s AND here.location_id = place.id
      LEFT JOIN inventory_reserve AS everywhere ON everywhere.channel = %(channel)s AND everywhere.location_id IS NULL
     WHERE place.is_active AND place.kind <> 'transit'
), level AS MATERIALIZED (
    SELECT level.variant_id, location.city, level.capacity_id,
           coalesce(level.safety, location.safety) + location.reserve AS safety
      FROM inventory_level AS level
      JOIN location ON location.id = level.location_id
     WHERE level.variant_id = ANY (%(variants)s::bigint[])
)
SELECT variant_id, city, sum(free) FILTER (WHERE free > 0)::bigint AS free,
       count(*) FILTER (WHERE free > 0) AS places
  FROM (SELECT level.variant_id, level.city,
               capacity.total + capacity.slack - capacity.used - capacity.held + coalesce(due.quantity, 0)
               - level.safety AS free
          FROM level
          LEFT JOIN (SELECT id, total, slack, used, held FROM kernel_capacity
                      WHERE id = ANY (ARRAY(SELECT capacity_id FROM level))) AS capacity
                 ON capacity.id = level.capacity_id
          LEFT JOIN (SELECT capacity_id, sum(quantity)::bigint AS quantity FROM kernel_hold
                      WHERE NOT lapsed AND expires_at <= %(at)s GROUP BY capacity_id) AS due
                 ON due.capacity_id = level.capacity_id) AS place
 GROUP BY variant_id, city
HAVING count(*) FILTER (WHERE free > 0) > 0;

-- name: parts
-- The parts of the answer to "why so many?" for one variant at one location.
SELECT capacity.total, capacity.slack, capacity.used, capacity.held - coalesce(due.quantity, 0) AS held,
       coalesce(level.safety, location.safety) AS safety, level.safety IS NOT NULL AS own_safety,
       coalesce(here.quantity, everywhere.quantity, 0) AS reserve, level.damaged, level.quarantine,
       location.is_active AS active, level.id AS level_id
  FROM inventory_level AS level
  JOIN inventory_location AS location ON location.id = level.location_id
  JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
  LEFT JOIN (SELECT capacity_id, sum(quantity)::bigint AS quantity FROM kernel_hold
              WHERE NOT lapsed AND expires_at <= %(at)s GROUP BY capacity_id) AS due
         ON due.capacity_id = level.capacity_id
  LEFT JOIN inventory_reserve AS here ON here.channel = %(channel)s AND here.location_id = level.location_id
  LEFT JOIN inventory_reserve AS everywhere ON everywhere.channel = %(channel)s AND everywhere.location_id IS NULL
 WHERE level.variant_id = %(variant_id)s AND level.location_id = %(location_id)s;

-- name: inbound
-- What is expected of a variant at a location.
SELECT inbound.due_on, inbound.quantity
  FROM inventory_inbound AS inbound
  JOIN inventory_level AS level ON level.id = inbound.level_id
 WHERE level.variant_id = %(variant_id)s AND level.location_id = %(location_id)s
 ORDER BY inbound.due_on, inbound.id;
