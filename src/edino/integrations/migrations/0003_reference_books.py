from django.db import migrations

WIDER = """
ALTER TABLE integrations_exchange DROP CONSTRAINT integrations_exchange_way_check;
ALTER TABLE integrations_exchange ADD CONSTRAINT integrations_exchange_way_check
    CHECK (way IN ('reference', 'catalog', 'sale', 'files'));
"""
UNDO = """
DELETE FROM integrations_exchange WHERE way = 'reference';
ALTER TABLE integrations_exchange DROP CONSTRAINT integrations_exchange_way_check;
ALTER TABLE integrations_exchange ADD CONSTRAINT integrations_exchange_way_check
    CHECK (way IN ('catalog', 'sale', 'files'));
"""


class Migration(migrations.Migration):
    """1C brings its user-defined reference books in sessions of their own."""

    dependencies = [("integrations", "0002_repeats")]
    operations = [migrations.RunSQL(WIDER, UNDO)]
