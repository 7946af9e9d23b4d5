-- Operations with their steps and events: what workers claim, carry out and report.

CREATE TABLE operation (
    id               uuid PRIMARY KEY,
    environment      uuid NOT NULL CONSTRAINT operation_environment REFERENCES environment,
    kind             text NOT NULL CONSTRAINT operation_kind CHECK (kind IN ('create', 'delete')),
    status           text NOT NULL CONSTRAINT operation_status
                     CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    requested_by     uuid NOT NULL CONSTRAINT operation_requested_by REFERENCES person,
    requested        timestamptz NOT NULL,
    started          timestamptz,
    finished         timestamptz,
    cause            jsonb,
    retry_of         uuid CONSTRAINT operation_retry_of REFERENCES operation,
    delete_options   jsonb,
    cancel_requested timestamptz,
    -- Which worker holds it, until when.
    worker           text,
    lease_until      timestamptz,
    -- The sequence of its newest event.
    last_event       bigint NOT NULL DEFAULT 0,
    CONSTRAINT operation_lease_is_whole CHECK ((worker IS NULL) = (lease_until IS NULL)),
    CONSTRAINT operation_over_is_finished
        CHECK ((status IN ('succeeded', 'failed', 'cancelled')) = (finished IS NOT NULL)),
    CONSTRAINT operation_over_is_not_held CHECK (finished IS NULL OR worker IS NULL)
);
CREATE UNIQUE INDEX operation_one_active ON operation (environment) WHERE status IN ('queued', 'running');
CREATE INDEX operation_to_claim ON operation (requested, id) WHERE status IN ('queued', 'running');
CREATE INDEX operation_of_environment ON operation (environment, requested DESC, id DESC);
CREATE INDEX operation_succeeded ON operation (kind, finished DESC) WHERE status = 'succeeded';

CREATE TABLE operation_step (
    operation uuid NOT NULL CONSTRAINT operation_step_operation REFERENCES operation,
    kind      text NOT NULL CONSTRAINT operation_step_kind CHECK (kind IN (
                  'check_account', 'prepare_stack', 'start_stack', 'follow_stack', 'protect_stack', 'await_targets',
                  'probe', 'stop_service', 'delete_stack', 'follow_delete', 'remove_data', 'remove_secrets', 'sweep')),
    position  integer NOT NULL,
    status    text NOT NULL CONSTRAINT operation_step_status
              CHECK (status IN ('waiting', 'running', 'succeeded', 'failed', 'skipped')),
    started   timestamptz,
    finished  timestamptz,
    attempts  integer NOT NULL DEFAULT 0,
    -- What the step has found out, for its next attempt after a crash.
    output    jsonb,
    PRIMARY KEY (operation, kind)
);

-- Partitioned by month, see 0004.
CREATE TABLE operation_event (
    operation      uuid NOT NULL CONSTRAINT operation_event_operation REFERENCES operation,
    sequence       bigint NOT NULL,
    at             timestamptz NOT NULL,
    what           jsonb NOT NULL,
    -- CloudFormation's id of a stack event, so that one that is read twice is kept once.
    stack_event_id text,
    PRIMARY KEY (operation, sequence, at),
    CONSTRAINT operation_event_stack_event_once UNIQUE (operation, stack_event_id, at)
) PARTITION BY RANGE (at);
CREATE TRIGGER operation_event_is_append_only BEFORE UPDATE OR DELETE ON operation_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER operation_event_is_not_emptied BEFORE TRUNCATE ON operation_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
