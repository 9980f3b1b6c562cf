-- name: add
-- Note what a person corrects, and why.
INSERT INTO inventory_correction (uid, level_id, quantity, reason, note, created_at, created_by)
VALUES (%(uid)s, %(level_id)s, %(quantity)s, %(reason)s, %(note)s, %(now)s, %(by)s)
    ON CONFLICT (uid) DO NOTHING;

-- name: undo
-- Note that a correction was taken back; nothing when it was already.
UPDATE inventory_correction SET undone_at = %(now)s, undone_by = %(by)s WHERE uid = %(uid)s AND undone_at IS NULL;

-- name: corrections
-- What people corrected, the newest first: of a variant, at a location, or one alone.
SELECT correction.uid, level.variant_id, variant.sku, location.code AS location, correction.quantity, correction.reason,
       correction.note, correction.created_at, correction.created_by, correction.undone_at, correction.undone_by
  FROM inventory_correction AS correction
  JOIN inventory_level AS level ON level.id = correction.level_id
  JOIN inventory_location AS location ON location.id = level.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
 WHERE (%(uid)s::uuid IS NULL OR correction.uid = %(uid)s)
   AND (%(variant_id)s::bigint IS NULL OR level.variant_id = %(variant_id)s)
   AND (%(location_id)s::bigint IS NULL OR level.location_id = %(location_id)s)
 ORDER BY correction.id DESC
 LIMIT %(limit)s;

-- name: expected
-- What is expected, the soonest first: all of it, or one line.
SELECT inbound.id, inbound.document, variant.sku, level.variant_id, location.code AS location, inbound.quantity,
       inbound.due_on
  FROM inventory_inbound AS inbound
  JOIN inventory_level AS level ON level.id = inbound.level_id
  JOIN inventory_location AS location ON location.id = level.location_id
  JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
 WHERE %(id)s::bigint IS NULL OR inbound.id = %(id)s
 ORDER BY inbound.due_on, inbound.document, variant.sku
 LIMIT %(limit)s;

-- name: lock_expected
-- One line of what is expected, locked until the transaction ends.
SELECT quantity FROM inventory_inbound WHERE id = %(id)s FOR UPDATE;

-- name: expect_less
-- So many of it have come.
UPDATE inventory_inbound SET quantity = quantity - %(quantity)s WHERE id = %(id)s AND quantity > %(quantity)s;

-- name: expect_no_more
-- It has all come, or will not.
DELETE FROM inventory_inbound WHERE id = %(id)s;
