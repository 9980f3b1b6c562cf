-- name: people
-- Everybody with an account, the active first, then by name.
SELECT person.id, person.email, person.name, person.language, person.time_zone, person.role, person.is_active,
       person.created_at, person.last_login,
       EXISTS (SELECT FROM mfa_authenticator AS second WHERE second.user_id = person.id) AS two_factor
  FROM staff_user AS person
 WHERE (%(role)s::text = '' OR person.role = %(role)s)
   AND (%(words)s::text = '' OR strpos(lower(person.name || ' ' || person.email), lower(%(words)s)) > 0)
   AND (%(id)s::bigint IS NULL OR person.id = %(id)s)
 ORDER BY person.is_active DESC, person.name, person.id
