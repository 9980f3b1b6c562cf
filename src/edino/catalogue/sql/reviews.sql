-- name: put_review
-- Keep a review; one that its writer changes waits to be judged again. Nothing comes back when it says the same.
INSERT INTO catalogue_review AS kept (uid, product_id, variant_id, source_id, key, profile_id, author, rating, text,
                                      photos, verified, created_at)
VALUES (%(uid)s, %(product)s, %(variant)s, %(source)s, %(key)s, %(profile)s, %(author)s, %(rating)s, %(text)s,
        %(photos)s::text[], %(verified)s, %(at)s)
    ON CONFLICT (source_id, key) DO UPDATE
   SET author = excluded.author, rating = excluded.rating, text = excluded.text,
       photos = CASE WHEN excluded.photos = '{}' THEN kept.photos ELSE excluded.photos END,
       verified = excluded.verified, state = 'pending', reason = '', judged_at = NULL, judged_by = '',
       created_at = excluded.created_at
 WHERE (kept.author, kept.rating, kept.text) IS DISTINCT FROM (excluded.author, excluded.rating, excluded.text)
    OR excluded.photos <> '{}'
RETURNING uid

-- name: review_by_key
-- The review that a source knows by a key.
SELECT uid FROM catalogue_review WHERE source_id IS NOT DISTINCT FROM %(source)s AND key = %(key)s

-- name: reviews_of
-- Reviews of a product in a state, the newest first.
SELECT review.uid, product.uid AS product_uid, review.rating, review.author, review.text, review.photos,
       review.verified, review.state, review.created_at, review.reply
  FROM catalogue_review AS review
  JOIN catalogue_product AS product ON product.id = review.product_id
 WHERE review.product_id = %(product)s AND review.state = %(state)s
   AND (%(before)s::timestamptz IS NULL OR review.created_at < %(before)s::timestamptz)
 ORDER BY review.created_at DESC, review.id DESC
 LIMIT %(limit)s

-- name: review
-- One review.
SELECT review.uid, product.uid AS product_uid, review.rating, review.author, review.text, review.photos,
       review.verified, review.state, review.created_at, review.reply
  FROM catalogue_review AS review
  JOIN catalogue_product AS product ON product.id = review.product_id
 WHERE review.uid = %(uid)s

-- name: judge
-- Publish or reject a review; its product comes back.
UPDATE catalogue_review
   SET state = %(state)s, reason = %(reason)s, reply = %(reply)s, judged_at = %(at)s, judged_by = %(by)s
 WHERE uid = %(uid)s
RETURNING product_id

-- name: count_ratings
-- Sum up the published ratings of products.
UPDATE catalogue_product AS product
   SET rating_count = told.count, rating_sum = told.sum
  FROM (SELECT given.id, count(review.id) AS count, coalesce(sum(review.rating), 0) AS sum
          FROM unnest(%(products)s::bigint[]) AS given(id)
          LEFT JOIN catalogue_review AS review ON review.product_id = given.id AND review.state = 'published'
         GROUP BY given.id) AS told
 WHERE product.id = told.id AND (product.rating_count, product.rating_sum) IS DISTINCT FROM (told.count, told.sum)

-- name: queue
-- Reviews in a state for those who judge them, in an order, after a place in it.
SELECT review.uid, review.rating, review.author, review.text, review.photos, review.verified, review.state,
       review.created_at, product.uid AS product_uid, product.names
  FROM catalogue_review AS review
  JOIN catalogue_product AS product ON product.id = review.product_id
 WHERE (%(state)s::text = '' OR review.state = %(state)s::text)
   AND (NOT %(verified)s::boolean OR review.verified)
   AND (%(rating)s::integer IS NULL OR review.rating = %(rating)s::integer)
   AND (%(after_at)s::timestamptz IS NULL
        OR CASE WHEN %(descending)s::boolean
                THEN (review.created_at, review.uid) < (%(after_at)s::timestamptz, %(after_uid)s::uuid)
                ELSE (review.created_at, review.uid) > (%(after_at)s::timestamptz, %(after_uid)s::uuid) END)
 ORDER BY CASE WHEN %(descending)s::boolean THEN review.created_at END DESC, review.created_at,
          CASE WHEN %(descending)s::boolean THEN review.uid END DESC, review.uid
 LIMIT %(limit)s

-- name: count_reviews
-- How many reviews are in each state.
SELECT state, count(*) FROM catalogue_review GROUP BY state

-- name: customer_of
-- Who a public id of a customer means now.
SELECT customer_id FROM pub.customers_customer WHERE uid = %(uid)s

-- name: erase
-- Take the words and photographs of erased people away; the number of stars stays.
UPDATE catalogue_review AS review
   SET author = '', text = '', photos = '{}', profile_id = NULL, key = 'erased ' || review.uid
  FROM unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
       AS gone(profile_id, since, until)
 WHERE review.profile_id = gone.profile_id
   AND (gone.since IS NULL OR review.created_at >= gone.since) AND (gone.until IS NULL OR review.created_at < gone.until)
RETURNING old.photos

-- name: written_by
-- What somebody wrote.
SELECT review.created_at, product.names, review.rating, review.text, review.state
  FROM unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
       AS own(profile_id, since, until)
  JOIN catalogue_review AS review ON review.profile_id = own.profile_id
   AND (own.since IS NULL OR review.created_at >= own.since) AND (own.until IS NULL OR review.created_at < own.until)
  JOIN catalogue_product AS product ON product.id = review.product_id
 ORDER BY review.created_at
