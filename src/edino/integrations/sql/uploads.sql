-- name: upload
-- A file that an exchange has brought, locked.
SELECT id, name, size, parts, repeats, takes_repeats, unpacked, kept
  FROM integrations_upload
 WHERE exchange_id = %(exchange_id)s AND name = %(name)s
   FOR UPDATE;

-- name: uploads
-- Every file that an exchange has brought.
SELECT id, name, size, parts, repeats, takes_repeats, unpacked, kept
  FROM integrations_upload
 WHERE exchange_id = %(exchange_id)s
 ORDER BY id;

-- name: add_upload
-- A file begins to come; known already when its first part comes twice at once.
INSERT INTO integrations_upload (exchange_id, name)
VALUES (%(exchange_id)s, %(name)s)
    ON CONFLICT (exchange_id, name) DO NOTHING;

-- name: add_part
-- The next part of a file.
INSERT INTO integrations_part (upload_id, place, digest, data, is_repeat)
VALUES (%(id)s, %(place)s, %(digest)s, %(data)s, %(repeat)s);

-- name: grow
-- The file has grown by a part.
UPDATE integrations_upload SET parts = parts + 1, size = size + %(size)s, unpacked = false, kept = '' WHERE id = %(id)s;

-- name: repeated
-- A part is the same as the one before: kept beside the file, which is whole with it or without.
UPDATE integrations_upload SET parts = parts + 1, repeats = repeats + 1 WHERE id = %(id)s;

-- name: take_repeats
-- The file is whole only with the parts that look like repeats.
UPDATE integrations_upload
   SET takes_repeats = true, size = (SELECT sum(length(data)) FROM integrations_part WHERE upload_id = %(id)s)
 WHERE id = %(id)s;

-- name: clear
-- The file begins anew.
DELETE FROM integrations_part WHERE upload_id = %(id)s;

-- name: cleared
-- It has no parts.
UPDATE integrations_upload SET parts = 0, size = 0, repeats = 0, takes_repeats = false, unpacked = false, kept = '' WHERE id = %(id)s;

-- name: digests
-- What the first and the last part of a file are.
SELECT place, digest FROM integrations_part
 WHERE upload_id = %(id)s AND place IN (0, (SELECT max(place) FROM integrations_part WHERE upload_id = %(id)s))
 ORDER BY place;

-- name: part
-- The bytes of one part.
SELECT data FROM integrations_part WHERE upload_id = %(id)s AND place = %(place)s AND (%(repeats)s OR NOT is_repeat);

-- name: mark_unpacked
-- What an archive holds has been laid beside it.
UPDATE integrations_upload SET unpacked = true WHERE id = %(id)s;

-- name: keep
-- A picture has been brought below media.
UPDATE integrations_upload SET kept = %(kept)s WHERE id = %(id)s;

-- name: forget
-- Nothing that an exchange has brought is needed any more.
DELETE FROM integrations_upload WHERE exchange_id = %(exchange_id)s;
