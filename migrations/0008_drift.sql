-- What CloudFormation finds different from the template, and looks that are not believed yet.

-- Looks in a row that would have changed the health, but were not believed yet.
ALTER TABLE environment ADD COLUMN doubts integer NOT NULL DEFAULT 0
    CONSTRAINT environment_doubts_are_counted CHECK (doubts >= 0);

CREATE TABLE environment_drift (
    environment uuid PRIMARY KEY CONSTRAINT environment_drift_environment REFERENCES environment,
    -- When somebody asked for a comparison that is not finished yet.
    requested   timestamptz,
    -- When a comparison was last begun, and when one last ended, well or not: one that has not ended runs.
    looked      timestamptz,
    ended       timestamptz,
    -- What the last one that ended well found, when, and since when something differs.
    checked     timestamptz,
    since       timestamptz,
    compared    integer NOT NULL DEFAULT 0,
    resources   jsonb NOT NULL DEFAULT '[]',
    drifted     integer NOT NULL GENERATED ALWAYS AS (jsonb_array_length(resources)) STORED,
    incomplete  text,
    problem     jsonb
);

-- The words that the migrations before this one allow, whichever they are, and one more.
DO $$
DECLARE
    words text;
BEGIN
    SELECT pg_get_expr(conbin, conrelid) INTO STRICT words
    FROM pg_constraint WHERE conname = 'audit_event_action' AND conrelid = 'audit_event'::regclass;
    ALTER TABLE audit_event DROP CONSTRAINT audit_event_action;
    EXECUTE format('ALTER TABLE audit_event ADD CONSTRAINT audit_event_action CHECK ((%s) OR action = %L)',
        words, 'environment_drift_changed');
END
$$;
