-- Companies that register themselves, until they are customers. password_hash is of the password they chose; it goes to the person
-- that is made of it. network is a digest. flags is a list of words, answer what the public register of companies said.

CREATE TABLE registrations (
    id            TEXT        NOT NULL PRIMARY KEY,
    state         TEXT        NOT NULL,
    country       TEXT        NOT NULL,
    org_number    TEXT        NOT NULL,
    kind          TEXT        NOT NULL DEFAULT '',
    company       TEXT        NOT NULL DEFAULT '',
    street        TEXT        NOT NULL DEFAULT '',
    postcode      TEXT        NOT NULL DEFAULT '',
    town          TEXT        NOT NULL DEFAULT '',
    name          TEXT        NOT NULL DEFAULT '',
    email         TEXT        NOT NULL DEFAULT '',
    phone         TEXT        NOT NULL DEFAULT '',
    language      TEXT        NOT NULL,
    password_hash TEXT        NOT NULL DEFAULT '',
    network       TEXT        NOT NULL,
    flags         JSONB       NOT NULL DEFAULT '[]',
    answer        JSONB       NOT NULL,
    link_id       TEXT        NOT NULL DEFAULT '',
    customer_id   TEXT        NOT NULL DEFAULT '',
    person_id     TEXT        NOT NULL DEFAULT '',
    reason        TEXT        NOT NULL DEFAULT '',
    created_at    TIMESTAMPTZ NOT NULL,
    changed_at    TIMESTAMPTZ NOT NULL,
    due_at        TIMESTAMPTZ,
    version       BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX registrations_state ON registrations (state, changed_at, id);
CREATE INDEX registrations_network ON registrations (network, created_at);
