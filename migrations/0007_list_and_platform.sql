-- What the environments list is filtered and ordered by, and what the platform's administration looks at and changes.

-- When the newest operation was asked for: the list's "last change". Kept with the environment, since no index spans two tables.
ALTER TABLE environment ADD COLUMN changed timestamptz NOT NULL DEFAULT now();
UPDATE environment e SET changed = coalesce(
    (SELECT max(o.requested) FROM operation o WHERE o.environment = e.id), e.created);

CREATE INDEX environment_by_created ON environment (created, id);
CREATE INDEX environment_by_changed ON environment (changed, id);
CREATE INDEX environment_of_state ON environment (status, (health ->> 'kind'), name, id);
CREATE INDEX environment_of_region ON environment (region, name, id);

-- All teams' operations that failed, newest first.
CREATE INDEX operation_failed ON operation (finished DESC, id DESC) WHERE status = 'failed';

-- When a person was last seen; their sessions know it too, but only as long as they live.
ALTER TABLE person ADD COLUMN last_seen timestamptz;
UPDATE person p SET last_seen = (SELECT max(s.last_seen) FROM session s WHERE s.person = p.id);
CREATE INDEX person_by_name ON person (lower(name), id);

-- More that can be told of in the history. A migration that adds actions adds to what is there, so that several may be
-- written side by side.
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
        VALUES ('account_regions_changed'), ('person_disabled'), ('person_enabled'), ('platform_role_changed')
    ) AS every_code;
    ALTER TABLE audit_event DROP CONSTRAINT audit_event_action;
    EXECUTE format('ALTER TABLE audit_event ADD CONSTRAINT audit_event_action CHECK (action IN (%s))', codes);
END
$$;
