-- name: availability
-- What can be promised of variants: [location, total, promised, kept back, slack, capacity] of their levels, what is expected.
-- One row for each variant, and one where anything is expected: a row for each level costs more to send and read. Due holds
-- and the owner's own are left out of promised.
-- Capacities are fetched by one array and joined from the outside, so that neither a guess of their number nor parallel
-- workers, whose start costs more than the whole, can slow it down. Each level has its capacity.
WITH location AS MATERIALIZED (
    SELECT place.id, place.safety, coalesce(here.quantity, everywhere.quantity, 0) AS reserve
      FROM inventory_location AS place
      LEFT JOIN inventory_reserve AS here ON here.channel = %(channel)s AND here.location_id = place.id
      LEFT JOIN inventory_reserve AS everywhere ON everywhere.channel = %(channel)s AND everywhere.location_id IS NULL
     WHERE place.is_active AND place.kind <> 'transit'
), level AS MATERIALIZED (
    SELECT level.id, level.variant_id, level.location_id, level.capacity_id,
           coalesce(level.safety, location.safety) + location.reserve AS safety
      FROM inventory_level AS level
      JOIN location ON location.id = level.location_id
     WHERE level.variant_id = ANY (%(variants)s::bigint[])
       AND (%(locations)s::bigint[] IS NULL OR level.location_id = ANY (%(locations)s::bigint[]))
)
SELECT level.variant_id,
       array_agg(ARRAY[level.location_id, capacity.total,
                       capacity.used + capacity.held - coalesce(loose.quantity, 0), level.safety, capacity.slack,
                       level.capacity_id])::text AS levels, NULL::json AS coming
  FROM level
  LEFT JOIN (SELECT id, total, slack, used, held FROM kernel_capacity
              WHERE id = ANY (ARRAY(SELECT capacity_id FROM level))) AS capacity ON capacity.id = level.capacity_id
  LEFT JOIN (SELECT capacity_id, sum(quantity)::bigint AS quantity
               FROM (SELECT capacity_id, quantity FROM kernel_hold WHERE NOT lapsed AND expires_at <= %(at)s
                     UNION ALL
                     SELECT capacity_id, quantity FROM kernel_hold
                      WHERE owner = %(owner)s::uuid AND owner_kind = %(owner_kind)s AND NOT lapsed
                        AND expires_at > %(at)s) AS due_or_own
              GROUP BY capacity_id) AS loose ON loose.capacity_id = level.capacity_id
 GROUP BY level.variant_id
UNION ALL
SELECT level.variant_id, NULL, json_agg(json_build_array(level.location_id, coming.expected))
  FROM level
  JOIN (SELECT level_id, json_agg(json_build_array(due_on, quantity) ORDER BY due_on, id) AS expected
          FROM inventory_inbound WHERE level_id = ANY (ARRAY(SELECT id FROM level)) GROUP BY level_id) AS coming
    ON coming.level_id = level.id
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
