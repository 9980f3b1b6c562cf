from django.db import migrations

FOLD = r"""
-- One spelling for what people type in either alphabet: кроссовки, krossovki and krosovki are the same word. The text
-- is lowered, Cyrillic becomes Latin letters, digraphs of the usual transliterations meet, doubled letters are one, and
-- the vowel that comes and goes in Russian (кроссовки, кроссовок) goes.
CREATE FUNCTION catalogue_fold(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(regexp_replace(regexp_replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
        translate(lower(given), 'абвгдеёзийклмнопрстуфхыэъь', 'abvgdeeziiklmnoprstufhie'),
        'ж', 'zh'), 'ц', 'ts'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'sh'), 'ю', 'iu'), 'я', 'ia'),
        'shch', 'sh'), 'sch', 'sh'), 'kh', 'h'),
        'ph', 'f'), 'ck', 'k'), 'ee', 'i'), 'oo', 'u'), 'w', 'v'), 'x', 'ks'), 'q', 'k'), 'y', 'i'), 'j', 'i'),
    'c(?!h)', 'k', 'g'), '([a-z])\1+', '\1', 'g'),
    '([bvgdzklmnprstfhc])[oe]k\M', '\1k', 'g');
"""

PREFIX = r"""
-- A word as a query for everything that begins with it.
CREATE FUNCTION catalogue_prefix(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN word = '' THEN ''
       ELSE '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''':*' END;
"""

FIRST = """
INSERT INTO catalogue_assortment (code, name, currency, languages, is_default)
VALUES ('main', 'Main', 'RUB', '{ru,en}', true);
INSERT INTO catalogue_axis (code, names, position)
VALUES ('colour', '{"en": "Colour", "ru": "Цвет"}', 10), ('size', '{"en": "Size", "ru": "Размер"}', 20);
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_first")]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION catalogue_fold(text)"),
        migrations.RunSQL(PREFIX, "DROP FUNCTION catalogue_prefix(text)"),
        migrations.RunSQL(FIRST, "DELETE FROM catalogue_assortment; DELETE FROM catalogue_axis"),
    ]
