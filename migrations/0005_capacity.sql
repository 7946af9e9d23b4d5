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

ALTER TABLE audit_event
    DROP CONSTRAINT audit_event_action,
    ADD CONSTRAINT audit_event_action CHECK (action IN (
        'platform_set_up', 'signed_in', 'sign_in_refused', 'signed_out', 'session_revoked', 'password_changed',
        'team_created', 'member_invited', 'invitation_revoked', 'invitation_accepted', 'member_role_changed',
        'member_removed', 'account_registered', 'account_disabled', 'account_enabled', 'secret_stored',
        'secret_removed', 'environment_create_requested', 'environment_scale_requested',
        'environment_update_requested', 'environment_delete_requested', 'operation_retry_requested',
        'operation_cancel_requested', 'operation_succeeded', 'operation_failed', 'environment_health_changed'));
