from django.db import migrations

RECONCILING = """
-- How each ledger stood when it was last compared with the balances that are kept beside it.
CREATE TABLE kernel_reconciliation (
    ledger text PRIMARY KEY,
    checked_at timestamptz NOT NULL,
    wrong integer NOT NULL CHECK (wrong >= 0),
    example text NOT NULL
);
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0200_holds")]
    operations = [migrations.RunSQL(RECONCILING, "DROP TABLE kernel_reconciliation;")]
