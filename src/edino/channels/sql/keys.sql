-- name: key_by_prefix
-- The key of a prefix with its source, if both are in force at the moment given.
SELECT key.id AS key_id, key.hash, key.scopes, key.last_used_on, key.expires_at,
       source.id, source.name, source.channel_id AS channel, coalesce(source.brand_id, '') AS brand, source.trust,
       source.confirms, source.rate_limit, source.time_zone
  FROM channels_key AS key
  JOIN channels_source AS source ON source.id = key.source_id
 WHERE key.prefix = %(prefix)s
   AND source.is_active
   AND key.revoked_at IS NULL
   AND (key.expires_at IS NULL OR key.expires_at > %(at)s)

-- name: mark_used
-- Note the day a key was used, skipping the row if somebody notes it at this moment.
UPDATE channels_key
   SET last_used_on = %(day)s
 WHERE id = (SELECT id FROM channels_key WHERE id = %(id)s AND last_used_on IS DISTINCT FROM %(day)s
                FOR NO KEY UPDATE SKIP LOCKED)

-- name: keys_of
-- The keys of a source, those in force first.
SELECT id, prefix, scopes, created_at, created_by, expires_at, revoked_at, last_used_on
  FROM channels_key
 WHERE source_id = %(source_id)s
 ORDER BY revoked_at IS NOT NULL, id DESC
