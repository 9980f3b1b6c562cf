-- name: add_intake
-- Note what became of a batch.
INSERT INTO activity_intake (source_id, at, accepted, duplicates, conflicts, rejected)
VALUES (%(source_id)s, %(at)s, %(accepted)s, %(duplicates)s, %(conflicts)s, %(rejected)s);

-- name: add_rejections
-- Keep why events were rejected, or what in them was passed over.
INSERT INTO activity_rejection (source_id, at, severity, field, code, reason)
SELECT %(source_id)s, %(at)s, severity, field, code, reason
  FROM unnest(%(severities)s::text[], %(fields)s::text[], %(codes)s::text[], %(reasons)s::text[])
       AS new (severity, field, code, reason);
