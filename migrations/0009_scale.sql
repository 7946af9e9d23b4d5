-- Months of the histories that lie behind: what an installation that has run for a while has, and sample data needs.

-- Makes the partitions of the `behind` months before this one, of this one and of the `ahead` months after it, in UTC. A month whose
-- rows have begun to gather in the default partition stays there: they cannot be moved, since they are append-only.
CREATE FUNCTION make_history_months(behind integer, ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    history text;
    month   timestamp;
BEGIN
    -- Servers that start at the same time must not make the same table twice.
    PERFORM pg_advisory_xact_lock(hashtext('make_history_months'));
    FOREACH history IN ARRAY ARRAY['audit_event', 'operation_event'] LOOP
        FOR month IN
            SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)
            FROM generate_series(-behind, ahead) AS n
        LOOP
            CONTINUE WHEN to_regclass(history || to_char(month, '_YYYY_MM')) IS NOT NULL;
            BEGIN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    history || to_char(month, '_YYYY_MM'), history,
                    month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
            EXCEPTION WHEN check_violation THEN
                RAISE NOTICE '% of % stays in the default partition', history, to_char(month, 'YYYY-MM');
            END;
        END LOOP;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION make_history_months(ahead integer) RETURNS void LANGUAGE sql AS $$
    SELECT make_history_months(0, ahead)
$$;
