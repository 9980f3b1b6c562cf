-- name: fact_bodies
-- Bodies of business facts by natural key.
SELECT key, body::text
  FROM kernel_log
 WHERE class = 0 AND key = ANY (%(keys)s::uuid[]);
