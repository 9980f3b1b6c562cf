from django.db import migrations

LEDGER = """
CREATE FUNCTION inventory_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of stock only grows: write another movement' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER inventory_movement_only_grows BEFORE UPDATE OR DELETE ON inventory_movement
    FOR EACH STATEMENT EXECUTE FUNCTION inventory_ledger_only_grows();

CREATE INDEX inventory_movement_occurred ON inventory_movement USING brin (occurred_at) WITH (autosummarize = on);
CREATE INDEX inventory_subscription_waiting ON inventory_subscription (variant_id) WHERE told_at IS NULL;

INSERT INTO inventory_sourcing_rule (kind, position, method) VALUES
    ('keep_safety', 10, ''), ('own_stock', 20, 'pickup'), ('fewest_parcels', 30, ''), ('same_city', 40, 'delivery'),
    ('nearest', 50, ''), ('stores_last', 60, 'delivery'), ('location_order', 70, '');
"""

UNDO = """
DELETE FROM inventory_sourcing_rule;
DROP INDEX inventory_subscription_waiting, inventory_movement_occurred;
DROP TRIGGER inventory_movement_only_grows ON inventory_movement;
DROP FUNCTION inventory_ledger_only_grows;
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_first")]
    operations = [migrations.RunSQL(LEDGER, UNDO)]
