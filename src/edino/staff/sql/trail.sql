-- name: append
-- One line at the end of the trail.
INSERT INTO staff_audit (at, user_id, actor, operation, refused, subject_kind, subject_id, place, detail)
VALUES (%(at)s, %(user_id)s, %(actor)s, %(operation)s, %(refused)s, %(subject_kind)s, %(subject_id)s, %(place)s,
        %(detail)s)

-- name: page
-- The trail, newest first, narrowed by what is not null, below the id of the cursor.
SELECT id, at, user_id, actor, operation, refused, subject_kind, subject_id, place, detail
  FROM staff_audit
 WHERE (%(user_id)s::bigint IS NULL OR user_id = %(user_id)s)
   AND (%(operation)s::text = '' OR operation = %(operation)s)
   AND (%(subject_kind)s::text = '' OR subject_kind = %(subject_kind)s)
   AND (%(subject_id)s::text = '' OR subject_id = %(subject_id)s)
   AND (%(refused)s::boolean IS NULL OR refused = %(refused)s)
   AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
   AND (%(below)s::bigint IS NULL OR id < %(below)s)
 ORDER BY id DESC
 LIMIT %(size)s

-- name: count
-- How many lines the same filter keeps.
SELECT count(*)
  FROM staff_audit
 WHERE (%(user_id)s::bigint IS NULL OR user_id = %(user_id)s)
   AND (%(operation)s::text = '' OR operation = %(operation)s)
   AND (%(subject_kind)s::text = '' OR subject_kind = %(subject_kind)s)
   AND (%(subject_id)s::text = '' OR subject_id = %(subject_id)s)
   AND (%(refused)s::boolean IS NULL OR refused = %(refused)s)
   AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
