-- name: note
-- Keep how the ledgers stood; one that is no more is forgotten.
WITH told AS (
    SELECT * FROM unnest(%(ledgers)s::text[], %(wrong)s::integer[], %(examples)s::text[]) AS row(ledger, wrong, example)
), gone AS (
    DELETE FROM kernel_reconciliation WHERE ledger <> ALL (%(ledgers)s::text[])
)
INSERT INTO kernel_reconciliation AS known (ledger, checked_at, wrong, example)
SELECT ledger, %(at)s, wrong, example FROM told
    ON CONFLICT (ledger) DO UPDATE
   SET checked_at = excluded.checked_at, wrong = excluded.wrong, example = excluded.example;

-- name: wrong
-- Ledgers that did not say what their balances say when they were last compared.
SELECT ledger, checked_at, wrong, example FROM kernel_reconciliation WHERE wrong > 0 ORDER BY ledger;
