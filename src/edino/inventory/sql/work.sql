-- name: add_transfer
-- Make a transfer.
INSERT INTO inventory_transfer (uid, origin_id, destination_id, state, note, created_at, created_by)
VALUES (%(uid)s, %(origin)s, %(destination)s, 'draft', %(note)s, %(now)s, %(by)s)
RETURNING id;

-- name: add_transfer_lines
-- Put lines on a transfer.
INSERT INTO inventory_transfer_line (transfer_id, variant_id, quantity)
SELECT %(transfer)s, variant_id, quantity
  FROM unnest(%(variants)s::bigint[], %(quantities)s::bigint[]) AS given(variant_id, quantity)
 ORDER BY variant_id;

-- name: lock_transfer
-- A transfer, locked until the transaction ends.
SELECT transfer.id, transfer.uid, transfer.state, transfer.origin_id, transfer.destination_id,
       origin.code AS origin, destination.code AS destination
  FROM inventory_transfer AS transfer
  JOIN inventory_location AS origin ON origin.id = transfer.origin_id
  JOIN inventory_location AS destination ON destination.id = transfer.destination_id
 WHERE transfer.uid = %(uid)s
   FOR NO KEY UPDATE OF transfer;

-- name: transfer_lines
-- The lines of transfers.
SELECT line.transfer_id, line.variant_id, variant.sku, line.quantity, line.received, line.lost
  FROM inventory_transfer_line AS line
  JOIN pub.catalogue_variant AS variant ON variant.id = line.variant_id
 WHERE line.transfer_id = ANY (%(ids)s::bigint[])
 ORDER BY line.transfer_id, variant.sku;

-- name: set_transfer
-- The new state of a transfer.
UPDATE inventory_transfer
   SET state = %(state)s, sent_at = coalesce(sent_at, %(sent_at)s), closed_at = coalesce(closed_at, %(closed_at)s)
 WHERE id = %(id)s;

-- name: receive_lines
-- So many more of a transfer's lines have come, or are lost.
UPDATE inventory_transfer_line AS line SET received = line.received + given.received, lost = line.lost + given.lost
  FROM unnest(%(variants)s::bigint[], %(received)s::bigint[], %(lost)s::bigint[]) AS given(variant_id, received, lost)
 WHERE line.transfer_id = %(transfer)s AND line.variant_id = given.variant_id;

-- name: transfers
-- Transfers, the newest first; of one location, in one state, or one alone.
SELECT transfer.id AS number, transfer.uid, origin.code AS origin, destination.code AS destination, transfer.state,
       transfer.note, transfer.created_at, transfer.created_by, transfer.sent_at, transfer.closed_at
  FROM inventory_transfer AS transfer
  JOIN inventory_location AS origin ON origin.id = transfer.origin_id
  JOIN inventory_location AS destination ON destination.id = transfer.destination_id
 WHERE (%(uid)s::uuid IS NULL OR transfer.uid = %(uid)s)
   AND (%(state)s::text = '' OR transfer.state = %(state)s)
   AND (%(location)s::text = '' OR %(location)s IN (origin.code, destination.code))
 ORDER BY transfer.id DESC
 LIMIT %(limit)s;

-- name: open_count
-- Begin to count a location.
INSERT INTO inventory_count (uid, location_id, state, is_full, opened_at, opened_by)
VALUES (%(uid)s, %(location_id)s, 'open', %(full)s, %(now)s, %(by)s)
    ON CONFLICT (location_id) WHERE state = 'open' DO NOTHING
RETURNING id;

-- name: lock_count
-- A count, locked until the transaction ends.
SELECT count.id, count.uid, count.state, count.is_full, count.location_id, location.code AS location, count.opened_at
  FROM inventory_count AS count
  JOIN inventory_location AS location ON location.id = count.location_id
 WHERE count.uid = %(uid)s
   FOR NO KEY UPDATE OF count;

-- name: record_count
-- What was counted of a variant, and what the book says just now; so many more (add), or so many altogether.
INSERT INTO inventory_count_line AS known (count_id, variant_id, counted, book, scanned_at)
SELECT %(count)s, %(variant_id)s, %(counted)s,
       coalesce((SELECT capacity.total FROM inventory_level AS level
                   JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
                  WHERE level.variant_id = %(variant_id)s AND level.location_id = %(location_id)s), 0), %(now)s
    ON CONFLICT (count_id, variant_id) DO UPDATE
   SET counted = excluded.counted + CASE WHEN %(add)s THEN known.counted ELSE 0 END, book = excluded.book,
       scanned_at = excluded.scanned_at
RETURNING counted, book;

-- name: counted_of
-- How many of a variant a count has seen so far.
SELECT counted FROM inventory_count_line WHERE count_id = %(count)s AND variant_id = %(variant_id)s;

-- name: note_area
-- So many more, or fewer, were seen in an area.
INSERT INTO inventory_count_area AS known (count_id, area, counted, by)
VALUES (%(count)s, %(area)s, greatest(0, %(more)s::bigint), %(by)s)
    ON CONFLICT (count_id, area) DO UPDATE
   SET counted = greatest(0, known.counted + %(more)s::bigint), by = excluded.by;

-- name: areas
-- What each area of a count came to, in the order in which they were begun.
SELECT one.area, one.counted, one.by
  FROM inventory_count_area AS one
  JOIN inventory_count AS count ON count.id = one.count_id
 WHERE count.uid = %(uid)s
 ORDER BY one.id;

-- name: count_lines
-- The lines of counts.
SELECT line.count_id, line.variant_id, variant.sku, line.counted, line.book
  FROM inventory_count_line AS line
  JOIN pub.catalogue_variant AS variant ON variant.id = line.variant_id
 WHERE line.count_id = ANY (%(ids)s::bigint[])
 ORDER BY line.count_id, variant.sku;

-- name: not_counted
-- What should lie at a location and was not counted.
SELECT level.variant_id, capacity.total
  FROM inventory_level AS level
  JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
 WHERE level.location_id = %(location_id)s AND capacity.total <> 0
   AND NOT EXISTS (SELECT FROM inventory_count_line AS line
                    WHERE line.count_id = %(count)s AND line.variant_id = level.variant_id)
 ORDER BY level.variant_id;

-- name: add_not_counted
-- Note on a count what was not found.
INSERT INTO inventory_count_line (count_id, variant_id, counted, book, scanned_at)
SELECT %(count)s, variant_id, 0, book, %(now)s
  FROM unnest(%(variants)s::bigint[], %(books)s::bigint[]) AS given(variant_id, book);

-- name: close_count
-- A count is over.
UPDATE inventory_count SET state = %(state)s, closed_at = %(now)s WHERE id = %(id)s;

-- name: note_counted
-- From when the numbers of counted levels are.
UPDATE inventory_level AS level SET counted_as_of = greatest(level.counted_as_of, line.scanned_at)
  FROM inventory_count_line AS line
 WHERE line.count_id = %(count)s AND level.variant_id = line.variant_id AND level.location_id = %(location_id)s;

-- name: counts
-- Counts, the newest first; of one location, in one state, or one alone.
SELECT count.id AS number, count.uid, location.code AS location, count.state, count.is_full, count.opened_at,
       count.opened_by, count.closed_at
  FROM inventory_count AS count
  JOIN inventory_location AS location ON location.id = count.location_id
 WHERE (%(uid)s::uuid IS NULL OR count.uid = %(uid)s)
   AND (%(state)s::text = '' OR count.state = %(state)s)
   AND (%(location)s::text = '' OR location.code = %(location)s)
 ORDER BY count.id DESC
 LIMIT %(limit)s;

-- name: cases
-- Cases, open ones first, then the newest.
SELECT one.uid, variant.sku, location.code AS location, one.missing, capacity.total AS on_hand,
       capacity.used + capacity.held AS promised, one.cause_kind, one.cause_id, one.opened_at, one.state,
       one.resolution, one.resolved_at, one.resolved_by
  FROM inventory_case AS one
  JOIN inventory_level AS level ON level.id = one.level_id
  JOIN inventory_location AS location ON location.id = level.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
  JOIN kernel_capacity AS capacity ON capacity.id = level.capacity_id
 WHERE (%(state)s::text = '' OR one.state = %(state)s)
   AND (%(location)s::text = '' OR location.code = %(location)s)
   AND (%(uid)s::uuid IS NULL OR one.uid = %(uid)s)
 ORDER BY one.state, one.id DESC
 LIMIT %(limit)s;

-- name: resolve_case
-- A case has been looked into.
UPDATE inventory_case
   SET state = 'resolved', resolution = %(resolution)s, resolved_at = %(now)s, resolved_by = %(by)s
 WHERE uid = %(uid)s AND state = 'open';
