-- What people do with their own accounts by mailed links. id is the SHA-256 of the link's secret part; ended_at says that
-- a newer link, or a new password, has taken its place.

CREATE TABLE password_resets (
    id         TEXT        NOT NULL PRIMARY KEY,
    person_id  TEXT        NOT NULL REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    ended_at   TIMESTAMPTZ
);
CREATE INDEX password_resets_person ON password_resets (person_id);
CREATE INDEX password_resets_expires ON password_resets (expires_at);

-- email is the address that waits to be confirmed; it may be somebody else's, whose link then was never sent.
CREATE TABLE email_changes (
    id         TEXT        NOT NULL PRIMARY KEY,
    person_id  TEXT        NOT NULL REFERENCES people (id),
    email      TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    ended_at   TIMESTAMPTZ
);
CREATE INDEX email_changes_person ON email_changes (person_id);
CREATE INDEX email_changes_expires ON email_changes (expires_at);
