"""YooKassa, API v3 (yookassa.ru/developers): payments in two steps, refunds, notifications.

Invariants: every POST carries an Idempotence-Key, so that a repeat within its 24 hours has no second effect; an answer
that does not come says nothing; a notification is never believed, the payment is read over the API instead.
"""
