-- People, their sessions, and the teams that they belong to.
-- Tokens are kept as SHA-256 only; whoever reads this database cannot sign in with what stands here.

-- The hash of the link that makes the first platform admin: one row at most, none once it was used.
CREATE TABLE setup_link (
    only_row   boolean PRIMARY KEY DEFAULT true CONSTRAINT setup_link_only_one CHECK (only_row),
    token_hash bytea NOT NULL CONSTRAINT setup_link_token_is_sha256 CHECK (octet_length(token_hash) = 32),
    created    timestamptz NOT NULL
);

CREATE TABLE person (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    email         text NOT NULL CONSTRAINT person_email_is_lower_case CHECK (email = lower(email)),
    password_hash text NOT NULL CONSTRAINT person_password_is_hashed CHECK (password_hash LIKE '$argon2id$%'),
    platform_role text CONSTRAINT person_platform_role CHECK (platform_role IN ('admin', 'auditor')),
    disabled      boolean NOT NULL DEFAULT false,
    created       timestamptz NOT NULL,
    CONSTRAINT person_email UNIQUE (email)
);

CREATE TABLE session (
    id         uuid PRIMARY KEY,
    person     uuid NOT NULL CONSTRAINT session_person REFERENCES person,
    token_hash bytea NOT NULL CONSTRAINT session_token_is_sha256 CHECK (octet_length(token_hash) = 32),
    created    timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    expires    timestamptz NOT NULL,
    ip         text,
    user_agent text,
    CONSTRAINT session_token UNIQUE (token_hash)
);
CREATE INDEX session_of_person ON session (person, created DESC, id DESC);

CREATE TABLE team (
    id      uuid PRIMARY KEY,
    name    text NOT NULL,
    created timestamptz NOT NULL
);
CREATE UNIQUE INDEX team_name ON team (lower(name));

CREATE TABLE membership (
    team   uuid NOT NULL CONSTRAINT membership_team REFERENCES team,
    person uuid NOT NULL CONSTRAINT membership_person REFERENCES person,
    role   text NOT NULL CONSTRAINT membership_role CHECK (role IN ('viewer', 'operator', 'owner')),
    since  timestamptz NOT NULL,
    CONSTRAINT membership_once PRIMARY KEY (team, person)
);
CREATE INDEX membership_of_person ON membership (person);

-- Pending invitations only: a used, revoked or replaced one is gone, its story stands in the audit history.
CREATE TABLE invitation (
    id         uuid PRIMARY KEY,
    team       uuid NOT NULL CONSTRAINT invitation_team REFERENCES team,
    email      text NOT NULL CONSTRAINT invitation_email_is_lower_case CHECK (email = lower(email)),
    role       text NOT NULL CONSTRAINT invitation_role CHECK (role IN ('viewer', 'operator', 'owner')),
    token_hash bytea NOT NULL CONSTRAINT invitation_token_is_sha256 CHECK (octet_length(token_hash) = 32),
    invited_by uuid NOT NULL CONSTRAINT invitation_invited_by REFERENCES person,
    created    timestamptz NOT NULL,
    expires    timestamptz NOT NULL,
    CONSTRAINT invitation_once UNIQUE (team, email),
    CONSTRAINT invitation_token UNIQUE (token_hash)
);
