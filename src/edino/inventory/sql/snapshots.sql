-- name: begin_rows
-- A table of this connection for the rows of one file.
CREATE TEMPORARY TABLE inventory_snapshot_row (
    place bigint NOT NULL, location text NOT NULL, sku text NOT NULL, quantity bigint NOT NULL
) ON COMMIT PRESERVE ROWS;

-- name: stage
-- Rows of the file, as they come.
COPY inventory_snapshot_row (place, location, sku, quantity) FROM STDIN;

-- name: look
-- Let the planner see what was staged.
ANALYZE inventory_snapshot_row;

-- name: unknown
-- Rows whose SKU or location nothing has, those that can be used, and those below zero; the first of the former by name.
SELECT count(*) FILTER (WHERE variant.id IS NULL), count(*) FILTER (WHERE location.id IS NULL),
       count(*) FILTER (WHERE variant.id IS NOT NULL AND location.id IS NOT NULL),
       count(*) FILTER (WHERE row.quantity < 0),
       (array_agg(row.place ORDER BY row.place) FILTER (WHERE variant.id IS NULL OR location.id IS NULL))[1:%(most)s::integer],
       (array_agg(variant.id IS NULL ORDER BY row.place) FILTER (WHERE variant.id IS NULL OR location.id IS NULL))[1:%(most)s::integer]
  FROM inventory_snapshot_row AS row
  LEFT JOIN pub.catalogue_variant AS variant ON variant.sku = row.sku
  LEFT JOIN inventory_location AS location ON location.code = row.location;

-- name: compare
-- What each row means: what lies there by the book, and what should, our own movements since the moment of the file
-- counted on top. Of two rows for one place the later one counts. A full file says 0 of what it leaves out. A file of
-- few rows sums only the movements of its levels, so that an old one does not cost the whole ledger; one of many sums by
-- time, unless all its places have been counted since. Unheard: the book begins after the file, so that what came first
-- may be in both. (As a scalar, not EXISTS, which the planner would answer for the whole ledger at once.)
CREATE TEMPORARY TABLE inventory_snapshot_change ON COMMIT PRESERVE ROWS AS
WITH told AS MATERIALIZED (
    SELECT DISTINCT ON (location.id, variant.id) location.id AS location_id, variant.id AS variant_id,
           greatest(0, row.quantity) AS quantity
      FROM inventory_snapshot_row AS row
      JOIN pub.catalogue_variant AS variant ON variant.sku = row.sku
      JOIN inventory_location AS location ON location.code = row.location
     ORDER BY location.id, variant.id, row.place DESC
), everything AS (
    SELECT told.location_id, told.variant_id, told.quantity, level.id AS level_id, level.capacity_id,
           level.counted_as_of, true AS named
      FROM told
      LEFT JOIN inventory_level AS level
             ON level.variant_id = told.variant_id AND level.location_id = told.location_id
    UNION ALL
    SELECT level.location_id, level.variant_id, 0, level.id, level.capacity_id, level.counted_as_of, false
      FROM inventory_level AS level
      JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id AND capacity.total <> 0
     WHERE %(full)s AND level.location_id = ANY (%(locations)s::bigint[])
       AND NOT EXISTS (SELECT FROM told WHERE told.variant_id = level.variant_id
                                          AND told.location_id = level.location_id)
), since AS (
    SELECT movement.level_id, sum(movement.quantity)::bigint AS quantity
      FROM told
      JOIN inventory_level AS level ON level.variant_id = told.variant_id AND level.location_id = told.location_id
      JOIN inventory_movement AS movement ON movement.level_id = level.id
     WHERE %(few)s AND movement.occurred_at > %(as_of)s AND movement.condition = 'good'
     GROUP BY movement.level_id
    UNION ALL
    SELECT movement.level_id, sum(movement.quantity)::bigint
      FROM inventory_movement AS movement
     WHERE NOT %(few)s AND movement.occurred_at > %(as_of)s AND movement.condition = 'good'
       AND (%(full)s OR (SELECT true FROM told JOIN inventory_location AS location ON location.id = told.location_id
                          WHERE location.counted_as_of IS NULL OR location.counted_as_of <= %(as_of)s LIMIT 1))
     GROUP BY movement.level_id
)
SELECT row_number() OVER (ORDER BY coalesce(capacity.total, 0) = everything.quantity + coalesce(since.quantity, 0),
                                   everything.variant_id, everything.location_id)
       AS place, everything.location_id, everything.variant_id, everything.level_id, everything.named,
       everything.quantity, coalesce(capacity.total, 0) AS before,
       everything.quantity + coalesce(since.quantity, 0) AS after,
       coalesce(greatest(everything.counted_as_of, location.counted_as_of) > %(as_of)s, false) AS stale,
       since.quantity IS NOT NULL AND everything.quantity > 0 AND since.quantity = capacity.total
       AND (SELECT true FROM inventory_movement AS earlier
             WHERE earlier.level_id = everything.level_id AND earlier.occurred_at <= %(as_of)s LIMIT 1) IS NULL AS unheard
  FROM everything
  JOIN inventory_location AS location ON location.id = everything.location_id
  LEFT JOIN kernel_capacity AS capacity ON capacity.id = everything.capacity_id
  LEFT JOIN since ON since.level_id = everything.level_id;

-- name: order_changes
-- Those that differ come first, so that they are found by their place.
CREATE INDEX inventory_snapshot_change_place ON inventory_snapshot_change (place)
 WHERE before <> after AND NOT stale;

-- name: look_at_changes
-- Let the planner see what was compared.
ANALYZE inventory_snapshot_change;

-- name: sum_up
-- What the file changes, in numbers.
SELECT count(*) FILTER (WHERE NOT stale AND before = after) AS unchanged,
       count(*) FILTER (WHERE NOT stale AND before <> after AND named AND level_id IS NOT NULL) AS changed,
       count(*) FILTER (WHERE NOT stale AND before <> after AND level_id IS NULL) AS added,
       count(*) FILTER (WHERE NOT stale AND before <> after AND NOT named) AS removed,
       count(*) FILTER (WHERE stale) AS stale,
       count(*) FILTER (WHERE NOT stale AND before > 0 AND after <= 0) AS zeroed,
       count(*) FILTER (WHERE NOT stale AND before > 0) AS stocked,
       coalesce(max(place) FILTER (WHERE NOT stale AND before <> after), 0) AS last,
       count(*) FILTER (WHERE named) AS named, count(*) FILTER (WHERE unheard AND NOT stale) AS unheard
  FROM inventory_snapshot_change;

-- name: largest
-- The greatest changes.
SELECT location.code AS location, variant.sku, change.before, change.after
  FROM (SELECT * FROM inventory_snapshot_change WHERE NOT stale AND before <> after
         ORDER BY abs(after - before) DESC, place LIMIT %(most)s) AS change
  JOIN inventory_location AS location ON location.id = change.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = change.variant_id
 ORDER BY abs(change.after - change.before) DESC, change.place;

-- name: differing
-- How many rows of a span differ where the variant never was, and where it was.
SELECT count(*) FILTER (WHERE level_id IS NULL), count(level_id) FROM inventory_snapshot_change
 WHERE place > %(after)s AND place <= %(until)s AND NOT stale AND before <> after;

-- name: make
-- Levels where the variant never was, in a span of the comparison, each with its first movement; what another
-- connection made meanwhile is left as it is. The caller opens their capacities.
WITH new AS MATERIALIZED (
    SELECT variant_id, location_id, after AS quantity, row_number() OVER (ORDER BY variant_id, location_id) AS number
      FROM inventory_snapshot_change
     WHERE place > %(after)s AND place <= %(until)s AND level_id IS NULL AND NOT stale AND before <> after
), made AS (
    INSERT INTO inventory_level (variant_id, location_id, capacity_id)
    SELECT new.variant_id, new.location_id, reserved.id
      FROM new
      JOIN unnest(%(capacities)s::bigint[]) WITH ORDINALITY AS reserved(id, number) USING (number)
     ORDER BY new.number
        ON CONFLICT (variant_id, location_id) DO NOTHING
    RETURNING id, variant_id, location_id, capacity_id
), first AS (
    SELECT made.id, made.variant_id, made.capacity_id, new.quantity
      FROM made JOIN new USING (variant_id, location_id)
), written AS (
    INSERT INTO inventory_movement (level_id, kind, condition, quantity, cause_kind, cause_id, key, occurred_at,
                                    recorded_at, source_id, by)
    SELECT id, 'adjusted', 'good', quantity, 'snapshot', %(snapshot)s,
           md5(concat_ws(E'\x1f', 'snapshot', %(scope)s::text, %(moment)s::text, id))::uuid,
           %(as_of)s, %(now)s, %(source_id)s::integer, %(by)s
      FROM first
     ORDER BY id
)
SELECT capacity_id, id, quantity, variant_id FROM first;

-- name: apply
-- Write what is still different, for a span of the comparison: once for ever per source, moment, location and SKU.
WITH due AS (
    SELECT level.id AS level_id, level.capacity_id, change.quantity, capacity.total, level.location_id, level.variant_id
      FROM inventory_snapshot_change AS change
      JOIN inventory_level AS level ON level.variant_id = change.variant_id AND level.location_id = change.location_id
      JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
     WHERE change.place > %(after)s AND change.place <= %(until)s AND NOT change.stale AND change.before <> change.after
), since AS (
    SELECT due.level_id, sum(movement.quantity)::bigint AS quantity
      FROM due
      JOIN inventory_movement AS movement ON movement.level_id = due.level_id
     WHERE movement.occurred_at > %(as_of)s AND movement.condition = 'good'
     GROUP BY due.level_id
), written AS (
    INSERT INTO inventory_movement (level_id, kind, condition, quantity, cause_kind, cause_id, key, occurred_at,
                                    recorded_at, source_id, by)
    SELECT due.level_id, 'adjusted', 'good', due.quantity + coalesce(since.quantity, 0) - due.total, 'snapshot',
           %(snapshot)s, md5(concat_ws(E'\x1f', 'snapshot', %(scope)s::text, %(moment)s::text, due.level_id))::uuid,
           %(as_of)s, %(now)s, %(source_id)s::integer, %(by)s
      FROM due
      LEFT JOIN since ON since.level_id = due.level_id
     WHERE due.quantity + coalesce(since.quantity, 0) <> due.total
        ON CONFLICT (key) DO NOTHING
    RETURNING level_id, quantity
)
SELECT due.capacity_id, written.quantity, due.variant_id
  FROM written JOIN due ON due.level_id = written.level_id
 ORDER BY due.capacity_id;

-- name: note_levels
-- From when the numbers of levels are, where a file spoke of some of a location's goods.
UPDATE inventory_level AS level SET counted_as_of = %(as_of)s
  FROM inventory_snapshot_change AS change
 WHERE NOT change.stale AND level.variant_id = change.variant_id AND level.location_id = change.location_id
   AND level.counted_as_of IS DISTINCT FROM %(as_of)s;

-- name: note_locations
-- From when the numbers of whole locations are.
UPDATE inventory_location SET counted_as_of = %(as_of)s
 WHERE id = ANY (%(locations)s::bigint[]) AND (counted_as_of IS NULL OR counted_as_of < %(as_of)s);

-- name: drop_rows
-- The file is done with.
DROP TABLE IF EXISTS pg_temp.inventory_snapshot_row, pg_temp.inventory_snapshot_change;

-- name: locations_named
-- The locations that the file names.
SELECT DISTINCT location.id
  FROM inventory_snapshot_row AS row
  JOIN inventory_location AS location ON location.code = row.location;

-- name: record
-- Note a file and what came of it; one that waited and is applied now keeps who brought it.
INSERT INTO inventory_snapshot AS known (uid, source_id, as_of, is_full, state, report, by, origin, locations, created_at,
                                         applied_at)
VALUES (%(uid)s, %(source_id)s::integer, %(as_of)s, %(full)s, %(state)s, %(report)s::jsonb, %(by)s, %(origin)s,
        %(locations)s::text[], %(now)s, CASE WHEN %(state)s = 'applied' THEN %(now)s END)
    ON CONFLICT (uid) DO UPDATE
   SET state = excluded.state, report = excluded.report, applied_at = excluded.applied_at
RETURNING id;

-- name: keep_rows
-- Keep the rows that were staged, until a person decides.
INSERT INTO inventory_snapshot_kept (snapshot_id, place, location, sku, quantity)
SELECT %(snapshot)s, place, location, sku, quantity FROM inventory_snapshot_row ORDER BY place;

-- name: stage_kept
-- Stage rows that were kept.
INSERT INTO inventory_snapshot_row (place, location, sku, quantity)
SELECT kept.place, kept.location, kept.sku, kept.quantity
  FROM inventory_snapshot_kept AS kept
  JOIN inventory_snapshot AS snapshot ON snapshot.id = kept.snapshot_id
 WHERE snapshot.uid = %(uid)s
 ORDER BY kept.place;

-- name: drop_kept
-- The rows of a file are needed no more.
DELETE FROM inventory_snapshot_kept
 WHERE snapshot_id = (SELECT id FROM inventory_snapshot WHERE uid = %(uid)s);

-- name: decide
-- Somebody has decided on a file that waited; nothing when it waits no more.
UPDATE inventory_snapshot SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s
 WHERE uid = %(uid)s AND state IN ('staged', 'stopped');

-- name: files
-- Stock files, the newest first: one alone, in a state, of an origin.
SELECT snapshot.uid, snapshot.source_id AS source, snapshot.as_of, snapshot.is_full, snapshot.state, snapshot.report,
       snapshot.by, snapshot.origin, snapshot.locations, snapshot.created_at, snapshot.applied_at, snapshot.decided_by,
       snapshot.decided_at,
       EXISTS (SELECT FROM inventory_snapshot_kept AS kept WHERE kept.snapshot_id = snapshot.id) AS kept
  FROM inventory_snapshot AS snapshot
 WHERE (%(uid)s::uuid IS NULL OR snapshot.uid = %(uid)s)
   AND (%(state)s::text = '' OR snapshot.state = %(state)s)
   AND (%(origin)s::text = '' OR snapshot.origin = %(origin)s)
 ORDER BY snapshot.id DESC
 LIMIT %(limit)s;

-- name: outlived
-- Files that have waited too long to be true.
SELECT uid FROM inventory_snapshot WHERE state IN ('staged', 'stopped') AND created_at < %(before)s ORDER BY id;
