-- name: events
-- The log in steps, with whose each event is; nothing that a running transaction could still precede.
SELECT l.epoch, l.xid::text, l.id, l.key, l.type, l.class, l.occurred_at, l.received_at, source.name, customer.uid, l.body
  FROM (SELECT one.* FROM kernel_log one
         WHERE (one.epoch, one.xid, one.id) > (%(epoch)s::smallint, %(xid)s::text::xid8, %(id)s::bigint)
           AND (one.epoch < (SELECT k.epoch FROM kernel_epoch k) OR one.xid < pg_snapshot_xmin(pg_current_snapshot()))
         ORDER BY one.epoch, one.xid, one.id
         LIMIT %(size)s) AS l
  LEFT JOIN pub.channels_source source ON source.id = l.source_id
  LEFT JOIN LATERAL (
        SELECT now.uid FROM pub.customers_holding own
          JOIN pub.customers_customer now ON now.issued_id = own.customer_id
         WHERE own.profile_id = l.profile_id AND l.occurred_at >= own.since AND l.occurred_at < own.until
         LIMIT 1) AS customer ON true
 ORDER BY l.epoch, l.xid, l.id;
