-- Cloud accounts, drafts, and environments with their revisions and the resources seen in their stacks.

-- Rows that tell what happened are never changed: whoever tries is refused by the database itself.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TABLE cloud_account (
    id             uuid PRIMARY KEY,
    name           text NOT NULL,
    aws_account    text NOT NULL CONSTRAINT cloud_account_number_has_12_digits CHECK (aws_account ~ '^[0-9]{12}$'),
    role_arn       text,
    external_id    text,
    stack_role_arn text,
    regions        text[] NOT NULL,
    disabled       boolean NOT NULL,
    created        timestamptz NOT NULL,
    CONSTRAINT cloud_account_number UNIQUE (aws_account)
);
CREATE UNIQUE INDEX cloud_account_name ON cloud_account (lower(name));

CREATE TABLE draft (
    id      uuid PRIMARY KEY,
    owner   uuid NOT NULL CONSTRAINT draft_owner REFERENCES person,
    form    jsonb NOT NULL,
    errors  jsonb NOT NULL,
    llm_key jsonb,
    updated timestamptz NOT NULL
);
CREATE INDEX draft_by_age ON draft (updated, id);

CREATE TABLE environment (
    id               uuid PRIMARY KEY,
    -- Compared by bytes, so that the list's order is the same whatever the server's locale.
    name             text COLLATE "C" NOT NULL,
    team             uuid NOT NULL CONSTRAINT environment_team REFERENCES team,
    account          uuid NOT NULL CONSTRAINT environment_account REFERENCES cloud_account,
    region           text NOT NULL,
    status           text NOT NULL CONSTRAINT environment_status
                     CHECK (status IN ('creating', 'ready', 'failed', 'deleting', 'delete_failed', 'deleted')),
    health           jsonb NOT NULL,
    health_since     timestamptz,
    -- When AWS was last asked with success, and when it was last tried.
    checked          timestamptz,
    looked           timestamptz,
    revision         integer NOT NULL,
    stack_name       text NOT NULL,
    stack_id         text,
    outputs          jsonb NOT NULL DEFAULT '{}',
    llm_key          jsonb,
    reported_version text,
    receipt          jsonb,
    created          timestamptz NOT NULL,
    created_by       uuid NOT NULL CONSTRAINT environment_created_by REFERENCES person
);
-- A name is free again once its environment is deleted.
CREATE UNIQUE INDEX environment_name ON environment (team, lower(name)) WHERE status <> 'deleted';
CREATE INDEX environment_by_name ON environment (name, id);
CREATE INDEX environment_of_team ON environment (team, name, id);
CREATE INDEX environment_of_account ON environment (account, region) WHERE status <> 'deleted';
CREATE INDEX environment_due ON environment (looked NULLS FIRST, id) WHERE status <> 'deleted';

CREATE TABLE revision (
    environment   uuid NOT NULL CONSTRAINT revision_environment REFERENCES environment,
    number        integer NOT NULL CONSTRAINT revision_number_starts_at_1 CHECK (number >= 1),
    spec          jsonb NOT NULL,
    template_body text NOT NULL,
    template_hash text NOT NULL,
    created       timestamptz NOT NULL,
    created_by    uuid NOT NULL CONSTRAINT revision_created_by REFERENCES person,
    PRIMARY KEY (environment, number)
);
CREATE TRIGGER revision_is_append_only BEFORE UPDATE OR DELETE ON revision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE environment ADD CONSTRAINT environment_revision FOREIGN KEY (id, revision) REFERENCES revision
    DEFERRABLE INITIALLY DEFERRED;

-- Every resource ever seen in a stack, so that the sweep after a delete can ask after each.
CREATE TABLE environment_resource (
    environment   uuid NOT NULL CONSTRAINT environment_resource_environment REFERENCES environment,
    logical_id    text NOT NULL,
    physical_id   text NOT NULL,
    resource_type text NOT NULL,
    PRIMARY KEY (environment, logical_id, physical_id)
);
