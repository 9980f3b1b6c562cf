from django.db import migrations

GUARD = """
CREATE FUNCTION staff_audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER staff_audit_only_grows BEFORE UPDATE OR DELETE ON staff_audit
    FOR EACH STATEMENT EXECUTE FUNCTION staff_audit_refuse_change();
"""

UNDO = """
DROP TRIGGER staff_audit_only_grows ON staff_audit;
DROP FUNCTION staff_audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_first")]
    operations = [migrations.RunSQL(GUARD, UNDO)]
