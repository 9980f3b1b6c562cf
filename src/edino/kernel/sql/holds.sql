-- name: open_capacities
-- Make the capacities of a kind that are missing, in the order of what they stand for.
INSERT INTO kernel_capacity (kind, ref, total, slack)
SELECT %(kind)s, ref, total, slack
  FROM unnest(%(refs)s::bigint[], %(totals)s::bigint[], %(slacks)s::bigint[]) AS given(ref, total, slack)
 ORDER BY ref
    ON CONFLICT (kind, ref) DO NOTHING;

-- name: reserve_ids
-- Ids for capacities that are about to be opened.
SELECT nextval('kernel_capacity_id_seq') FROM generate_series(1, %(count)s::bigint);

-- name: open_reserved
-- Open capacities under reserved ids, for what is new itself.
INSERT INTO kernel_capacity (id, kind, ref, total)
SELECT id, %(kind)s, ref, total
  FROM unnest(%(ids)s::bigint[], %(refs)s::bigint[], %(totals)s::bigint[]) AS given(id, ref, total)
 ORDER BY id;

-- name: capacities_of
-- The capacity that stands for each of these.
SELECT c.ref, c.id
  FROM unnest(%(refs)s::bigint[]) AS given(ref)
  JOIN kernel_capacity AS c ON c.kind = %(kind)s AND c.ref = given.ref;

-- name: take
-- An owner's holds become exactly these, or nothing happens and what is short comes back.
SELECT short_id, asked, room
  FROM kernel_hold_take(%(kind)s::text, %(owner)s::uuid, %(ids)s::bigint[], %(quantities)s::bigint[],
                        %(until)s::timestamptz, %(at)s::timestamptz);

-- name: convert
-- An owner's holds become used, or nothing happens and what is short comes back.
SELECT done, hold_id, asked, room FROM kernel_hold_convert(%(kind)s::text, %(owner)s::uuid, %(at)s::timestamptz);

-- name: release
-- Everything an owner holds becomes free.
SELECT kernel_hold_release(%(kind)s::text, %(owner)s::uuid);

-- name: hand_over
-- What one owner holds becomes another's.
SELECT kernel_hold_hand_over(%(kind)s::text, %(owner)s::uuid, %(to_kind)s::text, %(to_owner)s::uuid,
                             %(until)s::timestamptz);

-- name: extend
-- An owner's holds that still count last until another moment.
UPDATE kernel_hold SET expires_at = %(until)s
 WHERE owner = %(owner)s AND owner_kind = %(kind)s AND NOT lapsed;

-- name: held
-- What an owner holds now.
SELECT capacity_id, quantity FROM kernel_hold
 WHERE owner = %(owner)s AND owner_kind = %(kind)s AND NOT lapsed AND expires_at > %(at)s
 ORDER BY capacity_id;

-- name: change
-- Totals and uses change by these amounts; what was short comes back.
SELECT why, short_id, asked, room
  FROM kernel_capacity_change(%(ids)s::bigint[], %(totals)s::bigint[], %(uses)s::bigint[], %(happened)s::boolean,
                              %(at)s::timestamptz);

-- name: set_slack
-- How far promises may go beyond the total; never less than what has been promised already.
UPDATE kernel_capacity AS c SET slack = greatest(given.slack, c.used + c.held - c.total - c.over, 0)
  FROM unnest(%(ids)s::bigint[], %(slacks)s::bigint[]) AS given(id, slack)
 WHERE c.id = given.id;

-- name: free
-- What may still be promised: due holds count for nothing.
SELECT c.id, greatest(0, c.total + c.slack - c.used - c.held + coalesce(due.quantity, 0))
  FROM kernel_capacity AS c
  LEFT JOIN (SELECT capacity_id, sum(quantity)::bigint AS quantity FROM kernel_hold
              WHERE NOT lapsed AND expires_at <= %(at)s GROUP BY capacity_id) AS due ON due.capacity_id = c.id
 WHERE c.id = ANY (%(ids)s::bigint[]);

-- name: lapse_due
-- Due holds stop counting.
SELECT kernel_hold_lapse_due(%(most)s::bigint, %(at)s::timestamptz);

-- name: forget_lapsed
-- Lapsed holds that nobody will come back for.
DELETE FROM kernel_hold WHERE lapsed AND expires_at < %(before)s;

-- name: drift
-- Capacities whose held amount is not the sum of the holds that count.
SELECT c.id, c.held, coalesce(h.quantity, 0)
  FROM kernel_capacity AS c
  FULL JOIN (SELECT capacity_id, sum(quantity)::bigint AS quantity FROM kernel_hold WHERE NOT lapsed
              GROUP BY capacity_id) AS h ON h.capacity_id = c.id
 WHERE c.held IS DISTINCT FROM coalesce(h.quantity, 0)
 ORDER BY 1
 LIMIT 1000;
