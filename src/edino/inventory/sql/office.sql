-- name: stock
-- Levels as the list of stock shows them, by SKU; what is free in a channel, and what is expected: that is read for the
-- rows that are shown, and as a whole only when somebody asks what is expected at all.
WITH place AS MATERIALIZED (
    SELECT place.id, place.code, place.name, place.safety, place.is_active AND place.kind <> 'transit' AS gives,
           place.kind = 'transit' AS transit,
           coalesce(here.quantity, everywhere.quantity, 0) AS reserve
      FROM inventory_location AS place
      LEFT JOIN inventory_reserve AS here ON here.channel = %(channel)s AND here.location_id = place.id
      LEFT JOIN inventory_reserve AS everywhere ON everywhere.channel = %(channel)s AND everywhere.location_id IS NULL
     WHERE %(location)s::text = '' OR place.code = %(location)s
)
SELECT level.id, level.variant_id, variant.sku, variant.names, variant.options, place.id AS location_id,
       place.name AS location, place.transit, capacity.total AS on_hand, capacity.used + capacity.held AS promised,
       number.free, capacity.over, level.damaged + level.quarantine AS aside, coalesce(coming.quantity, 0) AS expected
  FROM inventory_level AS level
  JOIN place ON place.id = level.location_id
  JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
  LEFT JOIN LATERAL (SELECT sum(inbound.quantity)::bigint AS quantity
                       FROM inventory_inbound AS inbound WHERE inbound.level_id = level.id) AS coming ON true
 CROSS JOIN LATERAL (SELECT CASE WHEN place.gives THEN greatest(0, capacity.total + capacity.slack - capacity.used
                            - capacity.held - coalesce(level.safety, place.safety) - place.reserve) ELSE 0 END AS free)
       AS number
 WHERE (%(words)s::text = '' OR lower(variant.sku) LIKE '%%' || lower(%(words)s) || '%%'
        OR lower(variant.names::text) LIKE '%%' || lower(%(words)s) || '%%')
   AND CASE %(state)s::text WHEN 'free' THEN number.free > 0 WHEN 'out' THEN number.free = 0
                            WHEN 'over' THEN capacity.over > 0 WHEN 'aside' THEN level.damaged + level.quarantine > 0
                            ELSE true END
   AND (%(state)s::text <> 'expected' OR level.id IN (SELECT level_id FROM inventory_inbound))
   AND (%(after_sku)s::text IS NULL OR (variant.sku, level.id) > (%(after_sku)s, %(after_id)s::bigint))
 ORDER BY variant.sku, level.id
 LIMIT %(limit)s;

-- name: count_stock
-- How many levels there are under a filter, up to a limit.
SELECT count(*) FROM (
    SELECT FROM inventory_level AS level
      JOIN inventory_location AS place ON place.id = level.location_id
      JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
     WHERE (%(location)s::text = '' OR place.code = %(location)s)
       AND (%(words)s::text = '' OR lower(variant.sku) LIKE '%%' || lower(%(words)s) || '%%'
            OR lower(variant.names::text) LIKE '%%' || lower(%(words)s) || '%%')
     LIMIT %(limit)s) AS counted;

-- name: movements
-- The last movements of a variant.
SELECT movement.id, movement.occurred_at, place.name AS location, place.kind = 'transit' AS transit, movement.kind,
       movement.condition,
       movement.quantity, movement.cause_kind, movement.cause_id, movement.by
  FROM inventory_level AS level
  JOIN inventory_location AS place ON place.id = level.location_id
  JOIN inventory_movement AS movement ON movement.level_id = level.id
 WHERE level.variant_id = %(variant_id)s
 ORDER BY movement.occurred_at DESC, movement.id DESC
 LIMIT %(limit)s;
