-- Capacity and changes: how many tasks an environment runs, and the operations that change a live environment.

ALTER TABLE environment
    -- How many tasks Handrail has told AWS to run; 0 is paused. Not in the template: scaling never touches a stack.
    ADD COLUMN desired integer NOT NULL DEFAULT 1 CONSTRAINT environment_desired_is_a_count CHECK (desired >= 0),
    DROP CONSTRAINT environment_status,
    ADD CONSTRAINT environment_status CHECK (status IN (
        'creating', 'ready', 'updating', 'update_failed', 'failed', 'deleting', 'delete_failed', 'deleted'));

ALTER TABLE operation
    -- How many tasks are to run at its end, and the revision that it brings into force.
    ADD COLUMN desired integer CONSTRAINT operation_desired_is_a_count CHECK (desired >= 0),
    ADD COLUMN revision integer,
    -- The environment's status before it, which an end without effect returns to.
    ADD COLUMN from_status text,
    ADD CONSTRAINT operation_revision FOREIGN KEY (environment, revision) REFERENCES revision,
    DROP CONSTRAINT operation_kind,
    ADD CONSTRAINT operation_kind CHECK (kind IN ('create', 'scale', 'update', 'delete'));

ALTER TABLE operation_step
    DROP CONSTRAINT operation_step_kind,
    ADD CONSTRAINT operation_step_kind CHECK (kind IN (
        'check_account', 'prepare_stack', 'start_stack', 'follow_stack', 'protect_stack', 'await_targets', 'probe',
        'set_count', 'await_count', 'prepare_update', 'start_update', 'follow_update', 'stop_service', 'delete_stack',
        'follow_delete', 'remove_data', 'remove_secrets', 'sweep'));

-- More that can be told of in the history, added to what is there, so that migrations may be written side by side.
DO $$
DECLARE
    known text;
    codes text;
BEGIN
    SELECT pg_get_constraintdef(oid) INTO STRICT known FROM pg_constraint
    WHERE conname = 'audit_event_action' AND conrelid = 'audit_event'::regclass;
    SELECT string_agg(DISTINCT quote_literal(code), ', ') INTO STRICT codes FROM (
        SELECT (regexp_matches(known, '''([a-z_]+)''', 'g'))[1] AS code
        UNION ALL
        VALUES ('environment_scale_requested'), ('environment_update_requested')
    ) AS every_code;
    ALTER TABLE audit_event DROP CONSTRAINT audit_event_action;
    EXECUTE format('ALTER TABLE audit_event ADD CONSTRAINT audit_event_action CHECK (action IN (%s))', codes);
END
$$;
