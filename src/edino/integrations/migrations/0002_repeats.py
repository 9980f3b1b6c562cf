from django.db import migrations

COLUMNS = """
ALTER TABLE integrations_part ADD COLUMN is_repeat boolean NOT NULL DEFAULT false;
ALTER TABLE integrations_upload ADD COLUMN takes_repeats boolean NOT NULL DEFAULT false;
"""
UNDO = """
DELETE FROM integrations_part WHERE is_repeat;
ALTER TABLE integrations_part DROP COLUMN is_repeat;
ALTER TABLE integrations_upload DROP COLUMN takes_repeats;
"""


class Migration(migrations.Migration):
    """A part that is the same as the one before is kept: the file decides whether it belongs to it."""

    dependencies = [("integrations", "0001_exchange")]
    operations = [migrations.RunSQL(COLUMNS, UNDO)]
