from django.db import migrations

PRICED = """
-- Whether everything in sale of a product has a price in a currency.
CREATE FUNCTION catalogue_priced(p_product bigint, p_currency text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM catalogue_variant WHERE product_id = p_product AND is_active)
       AND NOT EXISTS (
           SELECT FROM catalogue_variant AS variant
            WHERE variant.product_id = p_product AND variant.is_active
              AND NOT EXISTS (SELECT FROM catalogue_price AS price
                                JOIN catalogue_price_list AS list ON list.id = price.list_id
                               WHERE price.variant_id = variant.id AND price.amount IS NOT NULL
                                 AND list.currency = p_currency AND list.is_active))
$$;
"""

COMPLETENESS = """
-- How fully a product is presented in all assortments that offer it (0-100), and what is missing in any; no row when
-- none offers it.
CREATE FUNCTION catalogue_completeness(p_product bigint) RETURNS TABLE (score integer, missing text[])
LANGUAGE sql STABLE AS $$
    WITH told AS (
        SELECT presence.wanted + 1 AS wanted,
               presence.missing || CASE WHEN catalogue_priced(p_product, assortment.currency) THEN '{}'
                                        ELSE ARRAY['price'] END AS missing
          FROM catalogue_presence AS presence
          JOIN catalogue_assortment AS assortment ON assortment.id = presence.assortment_id
         WHERE presence.product_id = p_product AND presence.is_listed
    )
    SELECT floor(100.0 * (sum(wanted) - sum(cardinality(told.missing))) / sum(wanted))::integer,
           ARRAY(SELECT DISTINCT word FROM told, unnest(told.missing) AS word ORDER BY word)
      FROM told HAVING count(*) > 0
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0100_prices")]

    operations = [
        migrations.RunSQL(PRICED, "DROP FUNCTION catalogue_priced(bigint, text)"),
        migrations.RunSQL(COMPLETENESS, "DROP FUNCTION catalogue_completeness(bigint)"),
    ]
