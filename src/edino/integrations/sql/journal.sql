-- name: runs
-- The journal of imports, newest first.
SELECT run.id, run.uid, run.file, run.kind, run.state, run.started_at, run.finished_at, run.counts, run.oddities,
       source.name AS source
  FROM integrations_run AS run
  JOIN integrations_exchange AS exchange ON exchange.id = run.exchange_id
  JOIN pub.channels_source AS source ON source.id = run.source_id
 WHERE (%(state)s = '' OR run.state = %(state)s)
   AND (%(kind)s = '' OR run.kind = %(kind)s)
   AND (%(words)s = '' OR run.file ILIKE '%%' || %(words)s || '%%' OR source.name ILIKE '%%' || %(words)s || '%%')
   AND (%(after)s::timestamptz IS NULL OR (run.started_at, run.id) < (%(after)s::timestamptz, %(after_id)s::bigint))
 ORDER BY run.started_at DESC, run.id DESC
 LIMIT %(limit)s;

-- name: runs_upwards
-- The journal of imports, oldest first.
SELECT run.id, run.uid, run.file, run.kind, run.state, run.started_at, run.finished_at, run.counts, run.oddities,
       source.name AS source
  FROM integrations_run AS run
  JOIN integrations_exchange AS exchange ON exchange.id = run.exchange_id
  JOIN pub.channels_source AS source ON source.id = run.source_id
 WHERE (%(state)s = '' OR run.state = %(state)s)
   AND (%(kind)s = '' OR run.kind = %(kind)s)
   AND (%(words)s = '' OR run.file ILIKE '%%' || %(words)s || '%%' OR source.name ILIKE '%%' || %(words)s || '%%')
   AND (%(after)s::timestamptz IS NULL OR (run.started_at, run.id) > (%(after)s::timestamptz, %(after_id)s::bigint))
 ORDER BY run.started_at, run.id
 LIMIT %(limit)s;

-- name: run
-- One import by its public id.
SELECT run.id, run.uid, run.exchange_id, run.file, run.kind, run.state, run.size, run.position, run.staged, run.applied,
       run.as_of, run.has_full, run.version, run.counts, run.oddities, run.failure, run.started_at, run.moved_at,
       run.finished_at, source.name AS source, exchange.way, exchange.deactivated
  FROM integrations_run AS run
  JOIN integrations_exchange AS exchange ON exchange.id = run.exchange_id
  JOIN pub.channels_source AS source ON source.id = run.source_id
 WHERE run.uid = %(uid)s;

-- name: whats
-- How many lines of each kind the diff of an import has.
SELECT what, count(*) FROM integrations_change WHERE run_id = %(run_id)s GROUP BY what;

-- name: changes
-- Lines of the diff of an import: first what is about the same product.
SELECT change.id, change.kind, change.what, change.grp, change.ext_id, change.name, change.line, change.fields
  FROM integrations_change AS change
 WHERE change.run_id = %(run_id)s AND change.what = %(what)s AND change.id > %(after)s
 ORDER BY change.id
 LIMIT %(limit)s;
