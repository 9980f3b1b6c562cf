-- name: mine
-- Try to become the one process that tidies the log; until the session ends.
SELECT pg_try_advisory_lock(hashtext('edino tidy'));

-- name: leftovers
-- Copies of partitions that a process left behind when it died: tables that are part of nothing.
SELECT c.relname
  FROM pg_class c
 WHERE c.relname LIKE 'kernel\_log\_%\_ordered' AND c.relkind = 'r' AND NOT c.relispartition
   AND c.relnamespace = 'public'::regnamespace;

-- name: closed
-- Partitions that ended before a moment, of a size that is worth it, not in the order of profiles yet; newest first.
SELECT c.relname, p.relname AS parent, pg_get_expr(c.relpartbound, c.oid) AS bounds,
       pg_get_partition_constraintdef(c.oid) AS holds
  FROM pg_inherits h
  JOIN pg_class c ON c.oid = h.inhrelid
  JOIN pg_class p ON p.oid = h.inhparent
 CROSS JOIN LATERAL (
       SELECT (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$TO \('([^']+)'\)$$))[1]::timestamptz AS until) AS ends
 WHERE h.inhparent IN ('kernel_log_behaviour'::regclass, 'kernel_log_fact'::regclass)
   AND ends.until <= %(before)s AND pg_relation_size(c.oid) >= %(least)s
   AND obj_description(c.oid, 'pg_class') IS DISTINCT FROM %(mark)s
 ORDER BY ends.until DESC, c.relname;

-- name: indexes
-- The indexes of a table: whether unique, and how they are made ("USING btree (key)").
SELECT i.indisunique, substring(pg_get_indexdef(i.indexrelid) FROM ' (USING .*)$')
  FROM pg_index i
 WHERE i.indrelid = %(name)s::regclass
 ORDER BY i.indexrelid;
