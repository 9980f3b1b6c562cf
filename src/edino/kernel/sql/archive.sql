-- name: months
-- The partitions of behaviour, oldest first, and when each ends.
SELECT c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$TO \('([^']+)'\)$$))[1]::timestamptz AS until
  FROM pg_inherits h
  JOIN pg_class c ON c.oid = h.inhrelid
 WHERE h.inhparent = 'kernel_log_behaviour'::regclass
 ORDER BY until;
