-- The audit history, the months that histories are kept in, and the workers' signs of life.

-- No foreign keys: the history outlives what it speaks of.
CREATE TABLE audit_event (
    id           uuid NOT NULL,
    at           timestamptz NOT NULL,
    actor        text NOT NULL CONSTRAINT audit_event_actor CHECK (actor IN ('person', 'anonymous', 'handrail')),
    actor_person uuid,
    actor_name   text,
    action       text NOT NULL CONSTRAINT audit_event_action CHECK (action IN (
                     'platform_set_up', 'signed_in', 'sign_in_refused', 'signed_out', 'session_revoked',
                     'password_changed', 'team_created', 'member_invited', 'invitation_revoked',
                     'invitation_accepted', 'member_role_changed', 'member_removed', 'account_registered',
                     'account_disabled', 'account_enabled', 'secret_stored', 'secret_removed',
                     'environment_create_requested', 'environment_delete_requested', 'operation_retry_requested',
                     'operation_cancel_requested', 'operation_succeeded', 'operation_failed',
                     'environment_health_changed')),
    team         uuid,
    environment  uuid,
    operation    uuid,
    subject      text NOT NULL,
    changes      jsonb NOT NULL,
    ip           text,
    request_id   text,
    CONSTRAINT audit_event_person_is_named
        CHECK ((actor = 'person') = (actor_person IS NOT NULL AND actor_name IS NOT NULL)),
    PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX audit_event_of_environment ON audit_event (environment, at, id) WHERE environment IS NOT NULL;
CREATE TRIGGER audit_event_is_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_event_is_not_emptied BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whatever has no month of its own goes here, so that no insert ever fails for want of a partition.
CREATE TABLE audit_event_rest PARTITION OF audit_event DEFAULT;
CREATE TABLE operation_event_rest PARTITION OF operation_event DEFAULT;

-- Makes the partitions of this month and of the `ahead` months after it, in UTC. A month whose rows have begun to gather
-- in the default partition stays there: they cannot be moved, since they are append-only.
CREATE FUNCTION make_history_months(ahead integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    history text;
    month   timestamp;
BEGIN
    -- Servers that start at the same time must not make the same table twice.
    PERFORM pg_advisory_xact_lock(hashtext('make_history_months'));
    FOREACH history IN ARRAY ARRAY['audit_event', 'operation_event'] LOOP
        FOR month IN
            SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)
            FROM generate_series(0, ahead) AS n
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

-- When each worker and reconciler last ran.
CREATE TABLE worker_beat (
    name    text PRIMARY KEY,
    at      timestamptz NOT NULL,
    outcome text NOT NULL
);
