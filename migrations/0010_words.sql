-- How later migrations allow more words in a column that a constraint limits to a list of them.

-- Adds words to those that a constraint allows already, whichever they are, so that migrations may be written side by side.
CREATE FUNCTION allow_words(of_table regclass, named text, of_column text, more text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known text;
    words text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT known FROM pg_constraint WHERE conname = named AND conrelid = of_table;
    SELECT string_agg(DISTINCT quote_literal(word), ', ') INTO STRICT words FROM (
        SELECT (regexp_matches(known, '''([a-z_]+)''', 'g'))[1] AS word
        UNION ALL
        SELECT unnest(more)
    ) AS every_word;
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', of_table, named);
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I CHECK (%I IN (%s))', of_table, named, of_column, words);
END
$$;
