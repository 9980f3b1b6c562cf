from django.db import migrations, models

TUNE = """
ALTER TABLE customers_trait SET (fillfactor = 80);
ALTER TABLE customers_stage SET (fillfactor = 80);

-- The last digits of a telephone or card, read backwards, so that four to seven of them are a prefix.
CREATE INDEX customers_identifier_tail ON customers_identifier ((reverse(value) COLLATE "C"))
 WHERE kind IN ('phone', 'loyalty_card');

INSERT INTO customers_purpose (code, name_en, name_ru, silent_allows) VALUES
    ('marketing', 'Advertising and offers', 'Реклама и предложения', false),
    ('service', 'Messages about orders and service', 'Сообщения о заказах и обслуживании', true),
    ('analytics', 'Analysis of behaviour', 'Анализ поведения', false);

CREATE FUNCTION customers_consent_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'customers_consent only grows: a change of mind is another row';
END $$;
CREATE TRIGGER customers_consent_only_grows BEFORE UPDATE ON customers_consent
    FOR EACH STATEMENT EXECUTE FUNCTION customers_consent_refuse_change();
"""

UNTUNE = """
DROP TRIGGER customers_consent_only_grows ON customers_consent;
DROP FUNCTION customers_consent_refuse_change();
DELETE FROM customers_purpose;
DROP INDEX customers_identifier_tail;
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('customer_id', models.BigIntegerField(db_index=True)),
                ('how', models.TextField()),
                ('identifiers', models.IntegerField()),
                ('profiles', models.IntegerField()),
                ('by', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'customers_erasure',
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('pk', models.CompositePrimaryKey('identifier_id', 'name', blank=True, editable=False, primary_key=True, serialize=False)),
                ('identifier_id', models.BigIntegerField()),
                ('name', models.TextField()),
                ('value', models.JSONField()),
                ('at', models.DateTimeField()),
                ('source_id', models.IntegerField(null=True)),
            ],
            options={
                'db_table': 'customers_preference',
            },
        ),
        migrations.CreateModel(
            name='FieldRule',
            fields=[
                ('field', models.TextField(primary_key=True, serialize=False)),
                ('strategy', models.TextField()),
            ],
            options={
                'db_table': 'customers_field_rule',
            },
        ),
        migrations.CreateModel(
            name='Purpose',
            fields=[
                ('code', models.TextField(primary_key=True, serialize=False)),
                ('name_en', models.TextField()),
                ('name_ru', models.TextField()),
                ('silent_allows', models.BooleanField()),
            ],
            options={
                'db_table': 'customers_purpose',
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('profile_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField(null=True)),
                ('browsed_at', models.DateTimeField(null=True)),
                ('chose_at', models.DateTimeField(null=True)),
                ('paying_at', models.DateTimeField(null=True)),
                ('ordered_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'customers_stage',
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('pk', models.CompositePrimaryKey('hash', 'purpose', 'brand', blank=True, editable=False, primary_key=True, serialize=False)),
                ('hash', models.BinaryField()),
                ('purpose', models.TextField()),
                ('brand', models.TextField()),
                ('at', models.DateTimeField()),
                ('verified', models.BooleanField()),
            ],
            options={
                'db_table': 'customers_suppression',
            },
        ),
        migrations.CreateModel(
            name='Trait',
            fields=[
                ('pk', models.CompositePrimaryKey('profile_id', 'field', blank=True, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.BigIntegerField()),
                ('field', models.TextField()),
                ('value', models.JSONField()),
                ('verified', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('event', models.UUIDField()),
            ],
            options={
                'db_table': 'customers_trait',
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(unique=True)),
                ('identifier_id', models.BigIntegerField(db_index=True)),
                ('purpose', models.TextField()),
                ('brand', models.TextField()),
                ('state', models.TextField()),
                ('at', models.DateTimeField()),
                ('verified', models.BooleanField()),
                ('source_id', models.IntegerField(null=True)),
                ('by', models.TextField()),
                ('proof', models.JSONField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'customers_consent',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['granted', 'refused', 'withdrawn'])), name='customers_consent_state')],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('pk', models.CompositePrimaryKey('profile_id', 'field', 'word', blank=True, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.BigIntegerField()),
                ('field', models.TextField()),
                ('word', models.TextField(db_collation='C')),
            ],
            options={
                'db_table': 'customers_word',
                'indexes': [models.Index(models.F('word'), models.F('profile_id'), name='customers_word_prefix')],
            },
        ),
        migrations.RunSQL(TUNE, UNTUNE),
    ]
