-- name: lock
-- Try to become the one process that imports this file.
SELECT pg_try_advisory_lock(hashtext('edino import'), hashtext(%(name)s));

-- name: unlock
-- Let others import this file.
SELECT pg_advisory_unlock(hashtext('edino import'), hashtext(%(name)s));

-- name: latest
-- The last import of the same content in the same way.
SELECT id, state, position, unchanged, rejected, rejects_length, rejects_path, reasons, finished_at
  FROM kernel_import
 WHERE kind = %(kind)s AND content = %(content)s AND mapping = %(mapping)s
 ORDER BY id DESC
 LIMIT 1;

-- name: begin
-- A new import.
INSERT INTO kernel_import (kind, file, content, mapping, source, rejects_path, started_at)
VALUES (%(kind)s, %(file)s, %(content)s, %(mapping)s, %(source)s, %(rejects_path)s, %(at)s)
RETURNING id;

-- name: restart
-- Read from the beginning again.
UPDATE kernel_import
   SET position = 0, unchanged = 0, rejected = 0, rejects_length = 0, reasons = '{}', state = 'running',
       rejects_path = %(rejects_path)s
 WHERE id = %(id)s;

-- name: advance
-- The position after a batch, in the transaction of the batch.
UPDATE kernel_import
   SET position = %(position)s, unchanged = %(unchanged)s, rejected = %(rejected)s,
       rejects_length = %(rejects_length)s, reasons = %(reasons)s::jsonb, moved_at = %(at)s
 WHERE id = %(id)s;

-- name: finish
-- The end of the file was reached.
UPDATE kernel_import SET state = 'finished', finished_at = %(at)s WHERE id = %(id)s;
