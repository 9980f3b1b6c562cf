-- name: claim
-- Take the key; waits while another transaction holds it, touches no row when it was taken before.
INSERT INTO kernel_idempotency (scope, key, fingerprint, at)
VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(at)s)
    ON CONFLICT (scope, key) DO NOTHING;

-- name: answer
-- Keep what was answered.
UPDATE kernel_idempotency SET status = %(status)s, answer = %(answer)s::jsonb
 WHERE scope = %(scope)s AND key = %(key)s;

-- name: known
-- What was answered to this key.
SELECT fingerprint, status, answer FROM kernel_idempotency WHERE scope = %(scope)s AND key = %(key)s;

-- name: forget
-- Drop keys older than a moment.
DELETE FROM kernel_idempotency WHERE at < %(before)s;
