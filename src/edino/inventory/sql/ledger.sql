-- name: variant_ids
-- The ids of variants by SKU.
SELECT sku, id FROM pub.catalogue_variant WHERE sku = ANY (%(skus)s::text[]);

-- name: levels
-- The levels of these pairs of variant and location.
SELECT level.variant_id, level.location_id, level.id, level.capacity_id
  FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[]) AS given(variant_id, location_id)
  JOIN inventory_level AS level USING (variant_id, location_id);

-- name: new_levels
-- Ids for levels that are about to be made.
SELECT nextval('inventory_level_id_seq') FROM generate_series(1, %(count)s::integer);

-- name: add_levels
-- Make levels; what another connection made meanwhile is left as it is.
INSERT INTO inventory_level (id, variant_id, location_id, capacity_id)
SELECT id, variant_id, location_id, capacity_id
  FROM unnest(%(ids)s::bigint[], %(variants)s::bigint[], %(locations)s::bigint[], %(capacities)s::bigint[])
       AS given(id, variant_id, location_id, capacity_id)
 ORDER BY variant_id, location_id
    ON CONFLICT (variant_id, location_id) DO NOTHING;

-- name: known_movements
-- What is recorded under these keys.
SELECT movement.key, movement.level_id, movement.kind, movement.quantity, movement.condition
  FROM unnest(%(keys)s::uuid[]) AS given(key)
  JOIN inventory_movement AS movement USING (key);

-- name: lock_totals
-- What lies at these levels now, locked until the transaction ends.
SELECT id, total FROM kernel_capacity WHERE id = ANY (%(capacities)s::bigint[]) ORDER BY id FOR NO KEY UPDATE;

-- name: write
-- Append movements; those whose key is taken already stay out. The places of those written come back.
WITH given AS (
    SELECT * FROM unnest(%(levels)s::bigint[], %(kinds)s::text[], %(conditions)s::text[], %(quantities)s::bigint[],
                         %(cause_kinds)s::text[], %(cause_ids)s::text[], %(keys)s::uuid[], %(ats)s::timestamptz[])
                  AS row(level_id, kind, condition, quantity, cause_kind, cause_id, key, occurred_at)
)
INSERT INTO inventory_movement (level_id, kind, condition, quantity, cause_kind, cause_id, key, occurred_at,
                                recorded_at, source_id, by)
SELECT level_id, kind, condition, quantity, cause_kind, cause_id, key, occurred_at, %(now)s, %(source_id)s::integer,
       %(by)s
  FROM given
 ORDER BY key
    ON CONFLICT (key) DO NOTHING
RETURNING key;

-- name: set_aside
-- Change how many damaged and quarantined ones lie at levels.
UPDATE inventory_level AS level
   SET damaged = level.damaged + given.damaged, quarantine = level.quarantine + given.quarantine
  FROM unnest(%(levels)s::bigint[], %(damaged)s::bigint[], %(quarantine)s::bigint[]) AS given(id, damaged, quarantine)
 WHERE level.id = given.id;

-- name: open_cases
-- Open a case for each level where more is promised than lies there; one that is open tells the new number.
INSERT INTO inventory_case AS known (uid, level_id, missing, cause_kind, cause_id, opened_at)
SELECT given.uid, level.id, capacity.over, given.cause_kind, given.cause_id, %(now)s
  FROM unnest(%(uids)s::uuid[], %(capacities)s::bigint[], %(cause_kinds)s::text[], %(cause_ids)s::text[])
       AS given(uid, capacity_id, cause_kind, cause_id)
  JOIN inventory_level AS level ON level.capacity_id = given.capacity_id
  JOIN kernel_capacity AS capacity ON capacity.id = given.capacity_id
 WHERE capacity.over > 0
 ORDER BY level.id
    ON CONFLICT (level_id) WHERE state = 'open' DO UPDATE SET missing = excluded.missing
RETURNING uid, level_id, missing, cause_kind, cause_id;

-- name: level_words
-- The SKU and location of levels.
SELECT level.id, variant.sku, location.code
  FROM inventory_level AS level
  JOIN inventory_location AS location ON location.id = level.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
 WHERE level.id = ANY (%(ids)s::bigint[]);

-- name: tell_waiting
-- Whoever waits for one of these variants (or, without any given, for any) and can have it now is told, once.
WITH free AS (
    SELECT level.variant_id, level.location_id,
           capacity.total + capacity.slack - capacity.used - capacity.held - coalesce(level.safety, location.safety)
           AS quantity
      FROM inventory_level AS level
      JOIN inventory_location AS location ON location.id = level.location_id
      JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
     WHERE level.variant_id IN (SELECT variant_id FROM inventory_subscription WHERE told_at IS NULL
                                 AND (%(variants)s::bigint[] IS NULL OR variant_id = ANY (%(variants)s::bigint[])))
       AND location.is_active AND location.kind <> 'transit'
), ready AS (
    SELECT waiting.id, sum(free.quantity)::bigint AS quantity
      FROM inventory_subscription AS waiting
      JOIN free ON free.variant_id = waiting.variant_id AND free.quantity > 0
               AND (waiting.location_id IS NULL OR waiting.location_id = free.location_id)
     WHERE waiting.told_at IS NULL
     GROUP BY waiting.id
)
UPDATE inventory_subscription AS waiting SET told_at = %(now)s
  FROM ready
 WHERE waiting.id = ready.id AND waiting.told_at IS NULL
RETURNING waiting.uid, waiting.profile_id, waiting.variant_id, waiting.location_id, waiting.kind, ready.quantity;

-- name: subscribe
-- Let a profile wait for a variant; nothing when it waits already.
INSERT INTO inventory_subscription (uid, variant_id, location_id, profile_id, kind, created_at)
VALUES (%(uid)s, %(variant_id)s, %(location_id)s, %(profile_id)s, %(kind)s, %(now)s)
    ON CONFLICT (profile_id, variant_id, location_id, kind) WHERE told_at IS NULL DO NOTHING
RETURNING uid;

-- name: waiting
-- The subscription of a profile that waits for a variant.
SELECT uid FROM inventory_subscription
 WHERE profile_id = %(profile_id)s AND variant_id = %(variant_id)s AND kind = %(kind)s AND told_at IS NULL
   AND location_id IS NOT DISTINCT FROM %(location_id)s::bigint;

-- name: expect
-- What is expected by a document; the same document, SKU and location again replaces it.
INSERT INTO inventory_inbound AS known (level_id, source_id, document, quantity, due_on, recorded_at)
SELECT level_id, %(source_id)s::integer, document, quantity, due_on, %(now)s
  FROM unnest(%(levels)s::bigint[], %(documents)s::text[], %(quantities)s::bigint[], %(days)s::date[])
       AS given(level_id, document, quantity, due_on)
 ORDER BY document, level_id
    ON CONFLICT (document, level_id) DO UPDATE SET quantity = excluded.quantity, due_on = excluded.due_on,
       recorded_at = excluded.recorded_at
 WHERE (known.quantity, known.due_on) IS DISTINCT FROM (excluded.quantity, excluded.due_on);

-- name: expected_no_more
-- Goods of a document that came, or will not come, are not expected any more: so many fewer of each.
WITH given AS (
    SELECT * FROM unnest(%(levels)s::bigint[], %(documents)s::text[], %(quantities)s::bigint[])
                  AS row(level_id, document, quantity)
), gone AS (
    DELETE FROM inventory_inbound AS known USING given
     WHERE known.level_id = given.level_id AND known.document = given.document AND known.quantity <= given.quantity
)
UPDATE inventory_inbound AS known SET quantity = known.quantity - given.quantity
  FROM given
 WHERE known.level_id = given.level_id AND known.document = given.document AND known.quantity > given.quantity;

-- name: drift
-- Levels whose numbers are not the sums of their movements.
SELECT location.code AS location, variant.sku, number.what, number.kept, number.summed
  FROM inventory_level AS level
  JOIN inventory_location AS location ON location.id = level.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
  JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
  LEFT JOIN (SELECT level_id, coalesce(sum(quantity) FILTER (WHERE condition = 'good'), 0)::bigint AS good,
                    coalesce(sum(quantity) FILTER (WHERE condition = 'damaged'), 0)::bigint AS damaged,
                    coalesce(sum(quantity) FILTER (WHERE condition = 'quarantine'), 0)::bigint AS quarantine
               FROM inventory_movement GROUP BY level_id) AS ledger ON ledger.level_id = level.id
 CROSS JOIN LATERAL (VALUES ('on_hand', capacity.total, coalesce(ledger.good, 0)),
                            ('damaged', level.damaged, coalesce(ledger.damaged, 0)),
                            ('quarantine', level.quarantine, coalesce(ledger.quarantine, 0)))
       AS number(what, kept, summed)
 WHERE number.kept <> number.summed
 ORDER BY 1, 2, 3
 LIMIT 1000;

-- name: skus
-- The SKUs of variants.
SELECT id, sku FROM pub.catalogue_variant WHERE id = ANY (%(ids)s::bigint[]);

-- name: codes
-- The codes of locations.
SELECT id, code FROM inventory_location WHERE id = ANY (%(ids)s::bigint[]);
