-- The catalogue of versions, what registries say of it, and copies of images in ECR.

CREATE TABLE image_version (
    id         uuid PRIMARY KEY,
    edition    text NOT NULL CONSTRAINT image_version_edition CHECK (edition IN ('canvas', 'app', 'enterprise')),
    -- With its registry. Versions of different editions collide: repository and tag together name one.
    repository text NOT NULL,
    tag        text NOT NULL,
    digest     text CONSTRAINT image_version_digest_is_sha256 CHECK (digest ~ '^sha256:[0-9a-f]{64}$'),
    released   date,
    support    text NOT NULL CONSTRAINT image_version_support CHECK (support IN ('supported', 'deprecated', 'withdrawn')),
    notes      text NOT NULL DEFAULT '',
    -- When a registry last answered about it, and whether it had no such tag then.
    checked    timestamptz,
    missing    boolean NOT NULL DEFAULT false,
    created    timestamptz NOT NULL,
    CONSTRAINT image_version_once UNIQUE (repository, tag)
);

CREATE TABLE image_repository (
    repository text PRIMARY KEY,
    asked      timestamptz NOT NULL,
    checked    timestamptz,
    problem    jsonb,
    news       text[] NOT NULL DEFAULT '{}'
);

CREATE TABLE mirror (
    id               uuid PRIMARY KEY,
    version          uuid NOT NULL CONSTRAINT mirror_version REFERENCES image_version,
    account          uuid NOT NULL CONSTRAINT mirror_account REFERENCES cloud_account,
    region           text NOT NULL,
    status           text NOT NULL CONSTRAINT mirror_status
                     CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    requested_by     uuid NOT NULL CONSTRAINT mirror_requested_by REFERENCES person,
    requested        timestamptz NOT NULL,
    started          timestamptz,
    finished         timestamptz,
    cause            jsonb,
    cancel_requested timestamptz,
    -- Which worker holds it, until when.
    worker           text,
    lease_until      timestamptz,
    -- The index that is copied and the repository in ECR, once they are known.
    digest           text,
    target           text,
    platforms        jsonb NOT NULL DEFAULT '[]',
    progress         jsonb NOT NULL DEFAULT '{}',
    -- The upload that was under way, so that it goes on where it was.
    upload           jsonb,
    CONSTRAINT mirror_lease_is_whole CHECK ((worker IS NULL) = (lease_until IS NULL)),
    CONSTRAINT mirror_over_is_finished CHECK ((status IN ('succeeded', 'failed', 'cancelled')) = (finished IS NOT NULL)),
    CONSTRAINT mirror_over_is_not_held CHECK (finished IS NULL OR worker IS NULL),
    CONSTRAINT mirror_success_is_whole CHECK (status <> 'succeeded' OR (digest IS NOT NULL AND target IS NOT NULL))
);
CREATE UNIQUE INDEX mirror_one_active ON mirror (version, account, region) WHERE status IN ('queued', 'running');
CREATE INDEX mirror_to_claim ON mirror (requested, id) WHERE status IN ('queued', 'running');
CREATE INDEX mirror_newest ON mirror (requested DESC, id DESC);
CREATE INDEX mirror_copies ON mirror (version, account, region, finished DESC) WHERE status = 'succeeded';

-- What is known to exist (release notes of OpenHands, November 2026). Digests come from the registries. Enterprise images are the
-- customer's own: none is known here.
INSERT INTO image_version (id, edition, repository, tag, released, support, notes, created)
SELECT gen_random_uuid(), v.edition, v.repository, v.tag, v.released::date, v.support, v.notes, now()
FROM (VALUES
    ('canvas', 'ghcr.io/openhands/agent-canvas', '1.25.0', NULL, 'supported', ''),
    ('canvas', 'ghcr.io/openhands/agent-canvas', '1.20.0', '2026-09-17', 'supported', ''),
    ('canvas', 'ghcr.io/openhands/agent-canvas', '1.16.0', NULL, 'supported', ''),
    ('canvas', 'ghcr.io/openhands/agent-canvas', '1.15.0', '2026-08-21', 'supported', ''),
    ('app', 'ghcr.io/openhands/openhands', '1.9.3', '2026-07-08', 'supported', 'The last release of this line.'),
    ('app', 'ghcr.io/openhands/openhands', '1.8', '2026-06-10', 'deprecated', 'The tag moves with patch releases.'),
    ('app', 'ghcr.io/openhands/openhands', '1.7', '2026-04-30', 'deprecated', 'The tag moves with patch releases.')
) AS v (edition, repository, tag, released, support, notes);

-- More that can be told of in the history.
SELECT allow_words('audit_event', 'audit_event_action', 'action', ARRAY[
    'image_added', 'image_changed', 'mirror_requested', 'mirror_cancel_requested', 'mirror_succeeded', 'mirror_failed']);
