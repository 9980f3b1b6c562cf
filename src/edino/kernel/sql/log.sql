-- name: ready
-- Make sure the partitions around a moment exist; answers until when the caller need not ask again.
SELECT kernel_log_ready(%(at)s);

-- name: epoch
-- The log's epoch, raised after each restore.
SELECT epoch FROM kernel_epoch;

-- name: raise_epoch
-- Begin a new epoch: transaction ids of older rows mean nothing in this cluster any more.
UPDATE kernel_epoch SET epoch = epoch + 1 RETURNING epoch;

-- name: known_behaviour
-- Which of these keys stand in the log already, received within a span.
SELECT key::text, fingerprint
  FROM kernel_log
 WHERE class = 1 AND received_at >= %(since)s AND received_at < %(until)s AND key = ANY (%(keys)s::uuid[]);

-- name: known_facts
-- Which of these natural keys were ever taken.
SELECT key::text, fingerprint FROM kernel_fact_key WHERE key = ANY (%(keys)s::uuid[]);

-- name: take_fact_keys
-- Take natural keys for ever; answers those that were free.
INSERT INTO kernel_fact_key (key, fingerprint)
SELECT key, fingerprint
  FROM unnest(%(keys)s::uuid[], %(fingerprints)s::bigint[]) AS new (key, fingerprint)
 ORDER BY key
    ON CONFLICT (key) DO NOTHING
RETURNING key::text;

-- name: append
-- Append rows to the log in the caller's transaction.
COPY kernel_log (profile_id, received_at, occurred_at, key, fingerprint, source_id, epoch, class, type, body) FROM STDIN;

-- name: append_few
-- Append a few rows to the log in the caller's transaction.
INSERT INTO kernel_log (profile_id, received_at, occurred_at, key, fingerprint, source_id, epoch, class, type, body)
SELECT told.profile_id, %(at)s, told.occurred_at, told.key, told.fingerprint, told.source_id, now.epoch, told.class,
       told.type, told.body::jsonb
  FROM kernel_epoch AS now,
       unnest(%(profiles)s::bigint[], %(occurred)s::timestamptz[], %(keys)s::uuid[], %(fingerprints)s::bigint[],
              %(sources)s::integer[], %(classes)s::smallint[], %(types)s::text[], %(bodies)s::text[])
       WITH ORDINALITY AS told(profile_id, occurred_at, key, fingerprint, source_id, class, type, body, place)
 ORDER BY told.place;

-- name: read
-- The next rows after a cursor that no running transaction can still precede.
SELECT l.id, l.epoch, l.xid::text, l.profile_id, l.received_at, l.occurred_at, l.key, l.source_id, l.class, l.type, l.body
  FROM kernel_log l
 WHERE (l.epoch, l.xid, l.id) > (%(epoch)s::smallint, %(xid)s::text::xid8, %(id)s::bigint)
   AND (l.epoch < (SELECT k.epoch FROM kernel_epoch k) OR l.xid < pg_snapshot_xmin(pg_current_snapshot()))
 ORDER BY l.epoch, l.xid, l.id
 LIMIT %(size)s;

-- name: reader_cursor
-- Where a reader stands; the row is made at its first look.
INSERT INTO kernel_reader (name) VALUES (%(name)s)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING epoch, xid::text AS xid, id;

-- name: reader_moved
-- Note how far a reader has come, in the transaction of what it did.
UPDATE kernel_reader
   SET epoch = %(epoch)s, xid = %(xid)s::text::xid8, id = %(id)s, seen = seen + %(seen)s, moved_at = clock_timestamp()
 WHERE name = %(name)s;

-- name: reader_failed
-- Set an event aside that a reader could not take, so that the others are not kept waiting.
INSERT INTO kernel_reader_failure (reader, event_id, type, error, at)
VALUES (%(reader)s, %(event_id)s, %(type)s, %(error)s, %(at)s)
    ON CONFLICT (reader, event_id) DO UPDATE SET error = excluded.error, at = excluded.at;

-- name: reader_lock
-- Try to become the one process that runs this reader.
SELECT pg_try_advisory_lock(hashtext('edino reader'), hashtext(%(name)s));

-- name: reader_unlock
-- Let another process run this reader.
SELECT pg_advisory_unlock(hashtext('edino reader'), hashtext(%(name)s));

-- name: rewind
-- Set a reader back to the first row received at or after a moment.
UPDATE kernel_reader r
   SET (epoch, xid, id) = (SELECT coalesce(min(l.epoch), 0), coalesce(min(l.xid), '0'), 0
                             FROM kernel_log l WHERE l.received_at >= %(since)s)
 WHERE r.name = %(name)s;

-- name: reader_lag
-- Each reader's position, how many rows it has seen and how long ago it moved.
SELECT name, seen, moved_at, EXISTS (
         SELECT FROM kernel_log l WHERE (l.epoch, l.xid, l.id) > (r.epoch, r.xid, r.id)) AS behind
  FROM kernel_reader r ORDER BY name;
