-- name: timeline
-- What a customer did, newest first, over all profiles; a shared device counts only while it was with the customer.
SELECT event.id, event.key, event.type, event.class, event.occurred_at, event.received_at, event.source_id,
       source.name, source.channel_code, event.profile_id, event.body
  FROM (SELECT one.*
          FROM pub.customers_holding own
         CROSS JOIN LATERAL (
                SELECT l.id, l.key, l.type, l.class, l.occurred_at, l.received_at, l.source_id, l.profile_id, l.body
                  FROM kernel_log l
                 WHERE l.profile_id = own.profile_id
                   AND l.occurred_at >= own.since AND l.occurred_at < own.until
                   AND (l.occurred_at, l.id) < (%(before)s, %(before_id)s)
                   AND (%(types)s::text[] IS NULL OR l.type = ANY (%(types)s::text[]))
                   AND (%(sources)s::integer[] IS NULL OR l.source_id = ANY (%(sources)s::integer[]))
                 ORDER BY l.occurred_at DESC, l.id DESC
                 LIMIT %(size)s) AS one
         WHERE own.customer_id = %(customer_id)s
         ORDER BY one.occurred_at DESC, one.id DESC
         LIMIT %(size)s) AS event
  LEFT JOIN pub.channels_source source ON source.id = event.source_id
 ORDER BY event.occurred_at DESC, event.id DESC;

-- name: standing
-- The newest events of several choices of types at once, each choice with its own limit, newest first. Classes and when
-- they came say which partitions have any: what a customer never did is looked for in all of them otherwise. The LIMIT
-- around the choices leaves none out: without it the planner takes an array it does not see for ten, prefers to see it,
-- and plans anew each time, which costs three times what the plan does.
WITH own AS MATERIALIZED (
     SELECT h.profile_id, h.since, h.until FROM pub.customers_holding h WHERE h.customer_id = %(customer_id)s)
SELECT wanted.name AS choice, event.id, event.key, event.type, event.class, event.occurred_at, event.received_at,
       event.source_id, source.name, source.channel_code, event.profile_id, event.body
  FROM (SELECT one.*
          FROM unnest(%(names)s::text[], %(types)s::text[], %(sizes)s::integer[], %(classes)s::smallint[],
                      %(sinces)s::timestamptz[]) AS one (name, types, size, class, since)
         LIMIT cardinality(%(names)s::text[])) AS wanted
 CROSS JOIN LATERAL (
        SELECT one.*
          FROM own
         CROSS JOIN LATERAL (
                SELECT l.id, l.key, l.type, l.class, l.occurred_at, l.received_at, l.source_id, l.profile_id, l.body
                  FROM kernel_log l
                 WHERE l.profile_id = own.profile_id
                   AND l.occurred_at >= greatest(own.since, wanted.since) AND l.occurred_at < own.until
                   AND l.class <= wanted.class AND l.received_at >= wanted.since
                   AND l.type = ANY (string_to_array(wanted.types, '|'))
                 ORDER BY l.occurred_at DESC, l.id DESC
                 LIMIT wanted.size) AS one
         ORDER BY one.occurred_at DESC, one.id DESC
         LIMIT wanted.size) AS event
  LEFT JOIN pub.channels_source source ON source.id = event.source_id
 ORDER BY choice, event.occurred_at DESC, event.id DESC;

-- name: sources
-- The sources with their channels, to say where a thing happened and to choose by channel.
SELECT id, name, channel_code FROM pub.channels_source;

-- name: health
-- What came from each source lately: when last, and how much since a moment.
SELECT i.source_id, max(i.at) AS last_at, coalesce(sum(i.accepted), 0) AS accepted, coalesce(sum(i.duplicates), 0) AS duplicates,
       coalesce(sum(i.conflicts), 0) AS conflicts, coalesce(sum(i.rejected), 0) AS rejected
  FROM activity_intake i
 WHERE i.at >= %(since)s
 GROUP BY i.source_id;

-- name: last_seen
-- When anything last came from each of these sources.
SELECT s.id AS source_id, (SELECT max(i.at) FROM activity_intake i WHERE i.source_id = s.id) AS last_at
  FROM unnest(%(ids)s::integer[]) AS s (id);

-- name: by_hour
-- Accepted events by source and hour since a moment.
SELECT source_id, date_bin('1 hour', at, 'epoch') AS hour, sum(accepted)::bigint AS accepted
  FROM activity_intake WHERE at >= %(since)s
 GROUP BY source_id, hour ORDER BY hour;

-- name: last_rejections
-- The newest troubles of a source.
SELECT id, at, severity, field, code, reason
  FROM activity_rejection
 WHERE source_id = %(source_id)s AND id > %(after)s
 ORDER BY id DESC LIMIT %(size)s;

-- name: last_events
-- The newest events of a source that were received since a moment.
SELECT l.id, l.key, l.type, l.class, l.occurred_at, l.received_at, l.source_id, source.name, source.channel_code,
       l.profile_id, l.body
  FROM kernel_log l
  LEFT JOIN pub.channels_source source ON source.id = l.source_id
 WHERE l.source_id = %(source_id)s AND l.received_at >= %(since)s
 ORDER BY l.received_at DESC, l.id DESC LIMIT %(size)s;

-- name: happened
-- How many business facts of these types were received since a moment, and between two earlier ones.
SELECT type, count(*) FILTER (WHERE received_at >= %(since)s) AS lately,
       count(*) FILTER (WHERE received_at >= %(before)s AND received_at < %(until)s) AS earlier
  FROM kernel_log
 WHERE class = 0 AND type = ANY (%(types)s::text[]) AND received_at >= %(before)s
 GROUP BY type;

-- name: amounts
-- How many events and orders stand on these profiles.
SELECT count(*) AS events, count(*) FILTER (WHERE type = 'Order Completed') AS orders
  FROM kernel_log WHERE profile_id = ANY (%(profiles)s::bigint[]);
