-- name: channels
-- Every channel, in the order of the registry.
SELECT code, name_en, name_ru, kind, abilities, usual_trust, usual_confirms
  FROM channels_channel
 ORDER BY position, code

-- name: sources
-- Sources with the names of their channels and the use of their keys.
SELECT source.id, source.name, source.channel_id AS channel, channel.name_en AS channel_name_en,
       channel.name_ru AS channel_name_ru, coalesce(source.brand_id, '') AS brand, source.trust, source.confirms,
       source.rate_limit, source.time_zone, source.is_active,
       (SELECT count(*) FROM channels_key AS key
         WHERE key.source_id = source.id AND key.revoked_at IS NULL
           AND (key.expires_at IS NULL OR key.expires_at > %(at)s)) AS keys,
       (SELECT max(key.last_used_on) FROM channels_key AS key WHERE key.source_id = source.id) AS last_used_on
  FROM channels_source AS source
  JOIN channels_channel AS channel ON channel.code = source.channel_id
 WHERE (%(channel)s::text = '' OR source.channel_id = %(channel)s)
   AND (%(id)s::integer IS NULL OR source.id = %(id)s)
   AND (%(name)s::text = '' OR source.name = %(name)s)
 ORDER BY NOT source.is_active, channel.position, source.name

-- name: brands
-- Brands by name.
SELECT code, name, sender_name, sender_email FROM channels_brand ORDER BY name
