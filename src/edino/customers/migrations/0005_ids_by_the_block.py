from django.db import migrations

BLOCKS = """
ALTER SEQUENCE customers_identifier_id_seq INCREMENT BY 32;
ALTER SEQUENCE customers_profile_id_seq INCREMENT BY 32;
"""
ONE_BY_ONE = """
ALTER SEQUENCE customers_identifier_id_seq INCREMENT BY 1;
ALTER SEQUENCE customers_profile_id_seq INCREMENT BY 1;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_shoppers")]
    operations = [migrations.RunSQL(BLOCKS, ONE_BY_ONE)]
