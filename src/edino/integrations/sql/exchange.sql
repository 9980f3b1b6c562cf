-- name: lock
-- Try to become the one process that imports for a source.
SELECT pg_try_advisory_lock(hashtext('edino exchange'), %(source_id)s::int);

-- name: unlock
-- Let others import for the source.
SELECT pg_advisory_unlock(hashtext('edino exchange'), %(source_id)s::int);

-- name: open_exchange
-- A new exchange.
INSERT INTO integrations_exchange (uid, source_id, kind, way, token, key_id, opened_at, moved_at)
VALUES (%(uid)s, %(source_id)s, %(kind)s, %(way)s, %(token)s, %(key_id)s, %(at)s, %(at)s)
RETURNING id, uid, source_id, kind, way, state, version, opened_at, key_id;

-- name: exchange_by_token
-- The exchange that a cookie belongs to.
SELECT id, uid, source_id, kind, way, state, version, opened_at, key_id
  FROM integrations_exchange WHERE token = %(token)s;

-- name: open_exchanges
-- Exchanges of a source in one way that are still open, oldest first.
SELECT id, uid, source_id, kind, way, state, version, opened_at, key_id
  FROM integrations_exchange
 WHERE source_id = %(source_id)s AND way = %(way)s AND state = 'open'
 ORDER BY id;

-- name: idle_exchanges
-- Open exchanges in which nothing has happened since a moment.
SELECT id, uid, source_id, kind, way, state, version, opened_at, key_id
  FROM integrations_exchange
 WHERE state = 'open' AND moved_at < %(before)s
 ORDER BY id;

-- name: touch_exchange
-- The exchange goes on; what it said of its version is kept.
UPDATE integrations_exchange
   SET moved_at = %(at)s, version = coalesce(nullif(%(version)s, ''), version)
 WHERE id = %(id)s;

-- name: close_exchange
-- The exchange is over.
UPDATE integrations_exchange SET state = 'closed', closed_at = %(at)s, moved_at = %(at)s
 WHERE id = %(id)s AND state = 'open';

-- name: begin_run
-- A file begins to be imported.
INSERT INTO integrations_run (uid, exchange_id, source_id, kind, file, size, started_at, moved_at)
VALUES (%(uid)s, %(exchange_id)s, %(source_id)s, %(kind)s, %(file)s, %(size)s, %(at)s, %(at)s)
RETURNING id, uid, exchange_id, source_id, kind, file, size, state, position, staged, applied, as_of, has_full, catalog,
          version, counts, oddities, failure, started_at, moved_at, finished_at;

-- name: run
-- One import of a file.
SELECT id, uid, exchange_id, source_id, kind, file, size, state, position, staged, applied, as_of, has_full, catalog,
       version, counts, oddities, failure, started_at, moved_at, finished_at
  FROM integrations_run
 WHERE id = %(id)s;

-- name: run_of_file
-- The last import of a file in an exchange.
SELECT id, uid, exchange_id, source_id, kind, file, size, state, position, staged, applied, as_of, has_full, catalog,
       version, counts, oddities, failure, started_at, moved_at, finished_at
  FROM integrations_run
 WHERE exchange_id = %(exchange_id)s AND file = %(file)s AND NOT superseded
 ORDER BY id DESC
 LIMIT 1;

-- name: runs_of_exchange
-- Every import of an exchange, in order.
SELECT id, uid, exchange_id, source_id, kind, file, size, state, position, staged, applied, as_of, has_full, catalog,
       version, counts, oddities, failure, started_at, moved_at, finished_at
  FROM integrations_run
 WHERE exchange_id = %(exchange_id)s AND NOT superseded
 ORDER BY id;

-- name: save_run
-- How far an import is, in the transaction of what it did.
UPDATE integrations_run
   SET state = %(state)s, position = %(position)s, staged = %(staged)s, applied = %(applied)s, as_of = %(as_of)s,
       has_full = %(has_full)s::text[], catalog = %(catalog)s, version = %(version)s, counts = %(counts)s::jsonb,
       oddities = %(oddities)s::jsonb, failure = %(failure)s, moved_at = %(at)s,
       finished_at = CASE WHEN %(state)s IN ('done', 'failed') THEN %(at)s::timestamptz END
 WHERE id = %(id)s;

-- name: stage
-- Records of a document beside those before; a later one of the same id takes the place of the earlier.
INSERT INTO integrations_staged (run_id, kind, ext_id, place, line, grp, article, body)
SELECT %(run_id)s, kind, ext_id, place, line, grp, article, body::jsonb
  FROM unnest(%(kinds)s::text[], %(ext_ids)s::text[], %(places)s::bigint[], %(lines)s::int[], %(grps)s::text[],
              %(articles)s::text[], %(bodies)s::text[])
       AS given(kind, ext_id, place, line, grp, article, body)
    ON CONFLICT (run_id, kind, ext_id) DO UPDATE
   SET place = excluded.place, line = excluded.line, grp = excluded.grp, article = excluded.article,
       body = excluded.body
 WHERE excluded.kind <> 'category';

-- name: already_staged
-- Which of these records a document has told before.
SELECT staged.kind, staged.ext_id, staged.body
  FROM unnest(%(kinds)s::text[], %(ext_ids)s::text[]) AS given(kind, ext_id)
  JOIN integrations_staged AS staged
    ON staged.run_id = %(run_id)s AND staged.kind = given.kind AND staged.ext_id = given.ext_id;

-- name: unstage
-- Forget what was staged for a run.
DELETE FROM integrations_staged WHERE run_id = %(run_id)s;

-- name: imply_offers
-- An offer for each known product that is priced or counted under its own id, and of which nothing else is offered.
INSERT INTO integrations_staged (run_id, kind, ext_id, place, line, grp, article, body)
SELECT %(run_id)s, 'offer', told.ext_id, min(told.place), min(told.line), told.ext_id, '',
       jsonb_build_object('id', told.ext_id, 'goods', told.ext_id, 'catalog', %(catalog)s::text, 'implied', true)
  FROM integrations_staged AS told
 WHERE told.run_id = %(run_id)s AND told.kind IN ('prices', 'rest') AND told.ext_id = told.grp
   AND NOT EXISTS (SELECT FROM integrations_staged AS offer
                    WHERE offer.run_id = %(run_id)s AND offer.kind = 'offer' AND offer.grp = told.grp)
   AND NOT EXISTS (SELECT FROM integrations_mirror AS offer
                    WHERE offer.source_id = %(source_id)s AND offer.kind = 'offer' AND offer.grp = told.grp
                      AND NOT offer.body ? 'implied')
   AND (EXISTS (SELECT FROM integrations_staged AS goods
                 WHERE goods.run_id = %(run_id)s AND goods.kind = 'goods' AND goods.ext_id = told.grp)
        OR EXISTS (SELECT FROM integrations_mirror AS goods
                    WHERE goods.source_id = %(source_id)s AND goods.kind = 'goods' AND goods.ext_id = told.grp
                      AND NOT goods.body ? 'invented'))
 GROUP BY told.ext_id
RETURNING ext_id, line;

-- name: repeated_names
-- Names that several products of the document share.
SELECT body ->> 'name', count(*), min(line)
  FROM integrations_staged
 WHERE run_id = %(run_id)s AND kind = 'goods'
 GROUP BY 1
HAVING count(*) > 1
 ORDER BY min(place);

-- name: repeated_categories
-- Names that several categories of the document share.
SELECT body ->> 'name', count(*), min(line)
  FROM integrations_staged
 WHERE run_id = %(run_id)s AND kind = 'category'
 GROUP BY 1
HAVING count(*) > 1
 ORDER BY min(place);

-- name: repeated_articles
-- Articles that several products of the document share.
SELECT article, count(DISTINCT grp), min(line)
  FROM integrations_staged
 WHERE run_id = %(run_id)s AND kind = 'goods' AND article <> ''
 GROUP BY 1
HAVING count(DISTINCT grp) > 1
 ORDER BY min(place);

-- name: repeated_barcodes
-- Barcodes that several things of the document share.
SELECT code, count(*), min(line)
  FROM integrations_staged, jsonb_array_elements_text(coalesce(body -> 'barcodes', '[]')) AS code
 WHERE run_id = %(run_id)s AND kind IN ('goods', 'offer')
 GROUP BY 1
HAVING count(DISTINCT grp) > 1
 ORDER BY min(place);

-- name: mirrored_without_offer
-- Products of a catalogue whose package of offers offers nothing of them.
SELECT count(*), (array_agg(body ->> 'name' ORDER BY ext_id))[1:5]
  FROM integrations_mirror AS goods
 WHERE source_id = %(source_id)s AND kind = 'goods' AND active AND catalog = %(catalog)s
   AND NOT EXISTS (SELECT FROM integrations_staged AS offer
                    WHERE offer.run_id = %(run_id)s AND offer.kind = 'offer' AND offer.grp = goods.ext_id);

-- name: waiting
-- The next records of a kind that are not applied yet.
SELECT kind, ext_id, grp, article, line, body
  FROM integrations_staged
 WHERE run_id = %(run_id)s AND kind = %(kind)s AND NOT done
 ORDER BY place
 LIMIT %(limit)s;

-- name: staged_of_groups
-- What the document says of these products.
SELECT kind, ext_id, grp, article, line, body
  FROM integrations_staged
  JOIN unnest(%(grps)s::text[]) AS given(grp) USING (grp)
 WHERE run_id = %(run_id)s AND kind IN ('goods', 'offer')
 ORDER BY place;

-- name: mirrored_of_groups
-- What the source said of these products before.
SELECT kind, ext_id, grp, catalog, article, sku, body, settled, active, told_at
  FROM integrations_mirror
  JOIN unnest(%(grps)s::text[]) AS given(grp) USING (grp)
 WHERE source_id = %(source_id)s AND kind IN ('goods', 'offer')
 ORDER BY kind, ext_id;

-- name: mirrored
-- What the source said of these things before.
SELECT mirror.kind, mirror.ext_id, mirror.grp, mirror.catalog, mirror.article, mirror.sku, mirror.body, mirror.settled,
       mirror.active, mirror.told_at
  FROM unnest(%(ext_ids)s::text[]) AS given(ext_id)
  JOIN integrations_mirror AS mirror
    ON mirror.source_id = %(source_id)s AND mirror.kind = %(kind)s AND mirror.ext_id = given.ext_id;

-- name: vocabulary
-- Everything of a small kind that the source ever said.
SELECT kind, ext_id, grp, catalog, article, sku, body, settled, active, told_at
  FROM integrations_mirror
 WHERE source_id = %(source_id)s AND kind = %(kind)s
 ORDER BY ext_id;

-- name: reflect
-- Keep what the source says now.
INSERT INTO integrations_mirror (source_id, kind, ext_id, grp, catalog, article, sku, body, settled, active,
                                 told_at, exchange_id, changed_at)
SELECT %(source_id)s, kind, ext_id, grp, catalog, article, sku, body::jsonb, settled, active, told_at, %(exchange_id)s,
       %(at)s
  FROM unnest(%(kinds)s::text[], %(ext_ids)s::text[], %(grps)s::text[], %(catalogs)s::text[], %(articles)s::text[],
              %(skus)s::text[], %(bodies)s::text[], %(settled)s::boolean[], %(active)s::boolean[],
              %(told)s::timestamptz[])
       AS given(kind, ext_id, grp, catalog, article, sku, body, settled, active, told_at)
    ON CONFLICT (source_id, kind, ext_id) DO UPDATE
   SET grp = excluded.grp, catalog = excluded.catalog, article = excluded.article, sku = excluded.sku,
       body = excluded.body, settled = excluded.settled, active = excluded.active, told_at = excluded.told_at,
       exchange_id = excluded.exchange_id,
       changed_at = CASE WHEN integrations_mirror.body = excluded.body THEN integrations_mirror.changed_at
                         ELSE excluded.changed_at END;

-- name: mark_done
-- These records are applied.
UPDATE integrations_staged AS staged
   SET done = true
  FROM unnest(%(kinds)s::text[], %(ext_ids)s::text[]) AS given(kind, ext_id)
 WHERE staged.run_id = %(run_id)s AND staged.kind = given.kind AND staged.ext_id = given.ext_id;

-- name: article_owners
-- Of how many products each of these articles is, before and now.
SELECT article, count(DISTINCT grp)
  FROM (SELECT mirror.article, mirror.grp
          FROM unnest(%(articles)s::text[]) AS given(article)
          JOIN integrations_mirror AS mirror ON mirror.article = given.article
         WHERE mirror.source_id = %(source_id)s AND mirror.kind = 'goods'
         UNION
        SELECT staged.article, staged.grp
          FROM unnest(%(articles)s::text[]) AS given(article)
          JOIN integrations_staged AS staged ON staged.article = given.article
         WHERE staged.run_id = %(run_id)s AND staged.kind = 'goods') AS both_
 GROUP BY article;

-- name: taken_skus
-- Which of these SKUs the source has given to its variants, and to which.
SELECT mirror.sku, mirror.ext_id
  FROM unnest(%(skus)s::text[]) AS given(sku)
  JOIN integrations_mirror AS mirror ON mirror.sku = given.sku
 WHERE mirror.source_id = %(source_id)s;

-- name: note_changes
-- The human diff: what was created, changed, deactivated or refused.
INSERT INTO integrations_change (run_id, kind, what, grp, ext_id, name, line, fields)
SELECT %(run_id)s, kind, what, grp, ext_id, name, line, fields::jsonb
  FROM unnest(%(kinds)s::text[], %(whats)s::text[], %(grps)s::text[], %(ext_ids)s::text[], %(names)s::text[],
              %(lines)s::int[], %(fields)s::text[])
       AS given(kind, what, grp, ext_id, name, line, fields);

-- name: absent
-- Active goods or offers of a catalogue that a whole full exchange did not name.
SELECT kind, ext_id, grp, catalog, article, sku, body, settled, active, told_at
  FROM integrations_mirror
 WHERE source_id = %(source_id)s AND kind = %(kind)s AND catalog = %(catalog)s AND active
   AND exchange_id < %(exchange_id)s
 ORDER BY ext_id
 LIMIT %(limit)s;

-- name: deactivate
-- They are no longer told.
UPDATE integrations_mirror AS mirror
   SET active = false, changed_at = %(at)s
  FROM unnest(%(ext_ids)s::text[]) AS given(ext_id)
 WHERE mirror.source_id = %(source_id)s AND mirror.kind = %(kind)s AND mirror.ext_id = given.ext_id;

-- name: add_deactivated
-- How many an exchange deactivated.
UPDATE integrations_exchange SET deactivated = deactivated + %(count)s WHERE id = %(id)s;

-- name: present
-- How many goods or offers of a catalogue are active.
SELECT count(*) FROM integrations_mirror
 WHERE source_id = %(source_id)s AND kind = %(kind)s AND catalog = %(catalog)s AND active;

-- name: give_up
-- Imports that nobody will take up again, since another exchange begins.
UPDATE integrations_run AS run
   SET state = 'failed', failure = 'interrupted', finished_at = %(at)s
  FROM unnest(%(exchanges)s::bigint[]) AS given(id)
 WHERE run.exchange_id = given.id AND run.state IN ('reading', 'applying')
RETURNING run.id;

-- name: forget_old
-- The journal of exchanges that ended long ago.
DELETE FROM integrations_exchange WHERE state = 'closed' AND closed_at < %(before)s;

-- name: supersede
-- Files that came anew: what was imported of them before no longer stands for them.
UPDATE integrations_run SET superseded = true
 WHERE exchange_id = %(exchange_id)s AND file = ANY (%(files)s::text[]);
