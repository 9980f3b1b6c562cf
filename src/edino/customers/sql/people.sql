-- name: learn
-- Keep what was said of profiles where it is newer; answers the searched fields whose value changed.
INSERT INTO customers_trait AS known (profile_id, field, value, verified, at, event)
SELECT profile_id, field, value::jsonb, verified, at, event
  FROM unnest(%(profiles)s::bigint[], %(fields)s::text[], %(values)s::text[], %(verified)s::boolean[],
              %(ats)s::timestamptz[], %(events)s::uuid[]) AS new (profile_id, field, value, verified, at, event)
 ORDER BY profile_id, field
    ON CONFLICT (profile_id, field) DO UPDATE
   SET value = excluded.value, verified = excluded.verified, at = excluded.at, event = excluded.event
 WHERE (excluded.at, excluded.event) > (known.at, known.event)
RETURNING new.profile_id, new.field, old.value IS NOT NULL AS was_known, old.value IS DISTINCT FROM new.value AS changed;

-- name: forget_words
-- Drop the words of fields that say something else now.
DELETE FROM customers_word w
 USING unnest(%(profiles)s::bigint[], %(fields)s::text[]) AS changed (profile_id, field)
 WHERE w.profile_id = changed.profile_id AND w.field = changed.field;

-- name: add_words
-- Keep the words of names for the search.
INSERT INTO customers_word (profile_id, field, word)
SELECT * FROM unnest(%(profiles)s::bigint[], %(fields)s::text[], %(words)s::text[]) AS new (profile_id, field, word)
 ORDER BY profile_id, field, word
    ON CONFLICT DO NOTHING;
