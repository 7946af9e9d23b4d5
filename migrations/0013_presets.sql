-- Presets that admins save for teams, and the locks that come with them.

CREATE TABLE preset (
    id       uuid PRIMARY KEY,
    name     text NOT NULL,
    note     text NOT NULL,
    -- Every team where there is none.
    team     uuid CONSTRAINT preset_team REFERENCES team,
    locked   boolean NOT NULL,
    open     text[] NOT NULL,
    form     jsonb NOT NULL,
    saved    timestamptz NOT NULL,
    saved_by uuid NOT NULL CONSTRAINT preset_saved_by REFERENCES person
);
CREATE UNIQUE INDEX preset_name ON preset (lower(name));

SELECT allow_words('audit_event', 'audit_event_action', 'action', ARRAY['preset_saved', 'preset_removed']);
