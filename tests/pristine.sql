-- How a test with real transactions leaves the database as migrations made it, reference rows included.
CREATE SCHEMA pristine;

CREATE FUNCTION pristine.tables() RETURNS SETOF regclass LANGUAGE sql AS $$
    SELECT oid::regclass FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> 'django_migrations'
     ORDER BY oid
$$;

CREATE FUNCTION pristine.remember() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one regclass;
    filled boolean;
BEGIN
    FOR one IN SELECT * FROM pristine.tables() LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE pristine.%I AS TABLE %s', (SELECT relname FROM pg_class WHERE oid = one), one);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION pristine.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one regclass;
    filled boolean;
    dirty text[] := '{}';
    kept record;
BEGIN
    FOR one IN SELECT * FROM pristine.tables() LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO filled;
        IF filled THEN
            dirty := dirty || one::text;
        END IF;
    END LOOP;
    IF dirty = '{}' THEN
        RETURN;
    END IF;
    EXECUTE 'TRUNCATE ' || array_to_string(dirty, ', ') || ' RESTART IDENTITY CASCADE';
    FOR kept IN
        SELECT copy.oid::regclass AS copy, original.oid::regclass AS original,
               (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                 WHERE attrelid = original.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns
          FROM pg_class AS copy
          JOIN pg_class AS original ON original.relname = copy.relname
                                   AND original.relnamespace = 'public'::regnamespace
         WHERE copy.relnamespace = 'pristine'::regnamespace AND copy.relkind = 'r'
         ORDER BY original.oid
    LOOP
        EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s',
                       kept.original, kept.columns, kept.columns, kept.copy);
        PERFORM pristine.advance(kept.original);
    END LOOP;
END $$;

CREATE FUNCTION pristine.advance(original regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owned record;
BEGIN
    FOR owned IN
        SELECT attname, pg_get_serial_sequence(original::text, attname) AS sequence FROM pg_attribute
         WHERE attrelid = original AND attnum > 0 AND NOT attisdropped
           AND pg_get_serial_sequence(original::text, attname) IS NOT NULL
    LOOP
        EXECUTE format('SELECT setval(%L, max(%I)) FROM %s HAVING max(%I) IS NOT NULL',
                       owned.sequence, owned.attname, original, owned.attname);
    END LOOP;
END $$;
