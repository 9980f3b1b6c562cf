-- name: open
-- Begin a cart, with the first line of its history; no row when its public id is taken.
WITH made AS (
    INSERT INTO checkout_cart (uid, source_id, channel, assortment, currency, region, language, profile_id, location,
                               staff_id, reserve, created_at, updated_at)
    VALUES (%(uid)s, %(source_id)s, %(channel)s, %(assortment)s, %(currency)s, %(region)s, %(language)s,
            %(profile_id)s, %(location)s, %(staff_id)s, %(reserve)s, %(at)s, %(at)s)
        ON CONFLICT (uid) DO NOTHING
 RETURNING id)
INSERT INTO checkout_act (cart_id, version, at, kind, name, device, what)
SELECT id, 1, %(at)s, %(kind)s, %(name)s, %(device)s, 'opened' FROM made
RETURNING cart_id;

-- name: cart
-- One cart.
SELECT id, uid, version, state, source_id, channel, assortment, currency, region, language, profile_id, location,
       staff_id, lines, codes, delivery, contact, shown, reserve, merged_into, updated_at,
       (SELECT book.version FROM pub.promotions_book AS book) AS book
  FROM checkout_cart WHERE uid = %(uid)s;

-- name: cart_locked
-- One cart, locked until the transaction ends.
SELECT id, uid, version, state, source_id, channel, assortment, currency, region, language, profile_id, location,
       staff_id, lines, codes, delivery, contact, shown, reserve, merged_into, updated_at,
       (SELECT book.version FROM pub.promotions_book AS book) AS book
  FROM checkout_cart WHERE uid = %(uid)s FOR UPDATE;

-- name: write
-- Write a cart that is still as it was read, and who did what; no row when it changed meanwhile.
WITH changed AS (
    UPDATE checkout_cart
       SET version = version + 1, lines = %(lines)s::jsonb, codes = %(codes)s::text[],
           delivery = %(delivery)s::jsonb, contact = %(contact)s::jsonb, shown = %(shown)s::jsonb,
           profile_id = %(profile_id)s, state = %(state)s, merged_into = %(merged_into)s::uuid,
           reserve = %(reserve)s, updated_at = %(at)s
     WHERE id = %(id)s AND version = %(version)s AND state = %(was)s
 RETURNING id, version)
INSERT INTO checkout_act (cart_id, version, at, kind, name, device, what, detail)
SELECT id, version, %(at)s, %(kind)s, %(name)s, %(device)s, %(what)s, %(detail)s::jsonb FROM changed
RETURNING version;

-- name: saw
-- Remember what a device was shown; no change of the cart.
UPDATE checkout_cart SET shown = %(shown)s::jsonb WHERE id = %(id)s AND version = %(version)s;

-- name: set_state
-- Open, close or end a cart whose row is locked.
UPDATE checkout_cart SET state = %(state)s, updated_at = %(at)s WHERE id = %(id)s;

-- name: set_profile
-- Give a cart to the profile that came to be known while buying.
UPDATE checkout_cart SET profile_id = %(profile_id)s WHERE id = %(id)s AND profile_id IS NULL;

-- name: note
-- Note who did what to a cart without a new version.
INSERT INTO checkout_act (cart_id, version, at, kind, name, device, what, detail)
VALUES (%(id)s, %(version)s, %(at)s, %(kind)s, %(name)s, %(device)s, %(what)s, %(detail)s::jsonb);

-- name: acts
-- Who did what to a cart, the last first.
SELECT version, at, kind, name, device, what, detail
  FROM checkout_act WHERE cart_id = %(id)s ORDER BY id DESC LIMIT %(most)s;

-- name: live_of_profile
-- The open carts of the customer of a profile, the oldest first.
SELECT cart.uid
  FROM pub.customers_profile AS mine
  JOIN pub.customers_profile AS own ON own.customer_id = mine.customer_id
  JOIN checkout_cart AS cart ON cart.profile_id = own.profile_id AND cart.state = 'open'
 WHERE mine.profile_id = %(profile_id)s
 ORDER BY cart.id;

-- name: live_of_customer
-- The open carts of a customer, the oldest first.
SELECT cart.uid
  FROM pub.customers_profile AS own
  JOIN checkout_cart AS cart ON cart.profile_id = own.profile_id AND cart.state = 'open'
 WHERE own.customer_id = %(customer_id)s
 ORDER BY cart.id;

-- name: customer_of
-- The customer that a profile belongs to now.
SELECT customer_id FROM pub.customers_profile WHERE profile_id = %(profile_id)s;

-- name: profile_of_customer
-- A profile on which the facts of a customer may stay, one of this source rather than another.
SELECT own.profile_id
  FROM pub.customers_customer AS asked
  JOIN pub.customers_profile AS own ON own.customer_id = asked.customer_id
 WHERE asked.uid = %(uid)s
 ORDER BY (own.source_id = %(source_id)s) DESC, own.profile_id
 LIMIT 1;

-- name: parted
-- Merges between carts whose profiles belong to different customers now, for these customers, the newest first.
SELECT gone.uid AS absorbed, gone.merged_into AS survivor
  FROM pub.customers_profile AS theirs
  JOIN checkout_cart AS gone ON gone.profile_id = theirs.profile_id AND gone.state = 'merged'
  JOIN checkout_cart AS kept ON kept.uid = gone.merged_into AND kept.state = 'open'
  JOIN pub.customers_profile AS other ON other.profile_id = kept.profile_id
 WHERE theirs.customer_id = ANY (%(customers)s::bigint[]) AND other.customer_id <> theirs.customer_id
 ORDER BY gone.updated_at DESC;

-- name: brought
-- What a merge brought into the surviving cart from another one.
SELECT act.detail
  FROM checkout_act AS act JOIN checkout_cart AS cart ON cart.id = act.cart_id
 WHERE cart.uid = %(survivor)s AND act.what = 'merged' AND act.detail ->> 'from' = %(absorbed)s::text
 ORDER BY act.id DESC LIMIT 1;

-- name: left_alone
-- Open carts that nobody touched since a moment.
SELECT id, uid, version, channel, profile_id, source_id, jsonb_array_length(lines)
  FROM checkout_cart WHERE state = 'open' AND updated_at < %(before)s ORDER BY id LIMIT %(most)s;

-- name: end
-- End carts that nobody touched meanwhile either; those that ended.
UPDATE checkout_cart SET state = 'ended'
 WHERE id = ANY (%(ids)s::bigint[]) AND state = 'open' AND updated_at < %(before)s
RETURNING id;

-- name: share
-- Keep the hash of a token that hands a cart over.
INSERT INTO checkout_token (hash, cart_id, expires_at) VALUES (%(hash)s, %(id)s, %(expires_at)s);

-- name: shared
-- The cart that a token hands over, if it has not ended.
SELECT cart.uid FROM checkout_token AS token JOIN checkout_cart AS cart ON cart.id = token.cart_id
 WHERE token.hash = %(hash)s AND token.expires_at > %(at)s;

-- name: forget_tokens
-- Tokens that have ended.
DELETE FROM checkout_token WHERE expires_at < %(at)s;

-- name: carts_of_profiles
-- Carts of profiles, for whoever asks what is held of a person.
SELECT cart.uid, cart.state, cart.channel, cart.created_at, cart.updated_at, cart.currency, cart.lines, cart.contact,
       cart.delivery
  FROM checkout_cart AS cart
  JOIN unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
       AS held(profile_id, since, until) ON held.profile_id = cart.profile_id
 WHERE (held.since IS NULL OR cart.created_at >= held.since) AND (held.until IS NULL OR cart.created_at < held.until)
 ORDER BY cart.id;

-- name: forget_person
-- Take names, addresses and contacts out of the carts of profiles.
UPDATE checkout_cart AS cart
   SET contact = NULL, delivery = cart.delivery - '{address,postcode}'::text[],
       state = CASE WHEN cart.state = 'open' THEN 'ended' ELSE cart.state END
  FROM unnest(%(profiles)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
       AS held(profile_id, since, until)
 WHERE held.profile_id = cart.profile_id
   AND (held.since IS NULL OR cart.created_at >= held.since) AND (held.until IS NULL OR cart.created_at < held.until);

-- name: slot
-- A pickup slot at a location.
SELECT slot.capacity_id, slot.starts_at, slot.ends_at
  FROM pub.inventory_slot AS slot JOIN pub.inventory_location AS place ON place.id = slot.location_id
 WHERE slot.uid = %(uid)s AND place.code = %(location)s;
