-- Customers with their sites and flats; people; how they sign in.

CREATE TABLE customers (
    id         TEXT        NOT NULL PRIMARY KEY,
    number     TEXT        NOT NULL UNIQUE,
    kind       TEXT        NOT NULL,
    status     TEXT        NOT NULL,
    name       TEXT        NOT NULL,
    search     TEXT        NOT NULL,
    country    TEXT        NOT NULL,
    org_number TEXT        NOT NULL DEFAULT '',
    language   TEXT        NOT NULL,
    email      TEXT        NOT NULL DEFAULT '',
    phone      TEXT        NOT NULL DEFAULT '',
    street     TEXT        NOT NULL DEFAULT '',
    postcode   TEXT        NOT NULL DEFAULT '',
    town       TEXT        NOT NULL DEFAULT '',
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX customers_search ON customers (search, id);
CREATE UNIQUE INDEX customers_org ON customers (country, org_number) WHERE org_number <> '';

-- The folded words a customer is found by: name, town, number, organisation number. head is the first three letters, so
-- that the beginning of a word is looked up by equality and no index depends on the order of text.
CREATE TABLE customer_words (
    head        TEXT NOT NULL,
    word        TEXT NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    PRIMARY KEY (head, word, customer_id)
);
CREATE INDEX customer_words_customer ON customer_words (customer_id);

CREATE TABLE sites (
    id          TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    name        TEXT NOT NULL,
    street      TEXT NOT NULL,
    postcode    TEXT NOT NULL,
    town        TEXT NOT NULL,
    sort        TEXT NOT NULL
);
CREATE INDEX sites_customer ON sites (customer_id, sort);

CREATE TABLE flats (
    id          TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    site_id     TEXT NOT NULL REFERENCES sites (id),
    number      TEXT NOT NULL,
    folded      TEXT NOT NULL,
    UNIQUE (site_id, folded)
);
CREATE INDEX flats_customer ON flats (customer_id, folded);

-- email_key is the address folded to lower case without spaces: the same person, however it is typed.
CREATE TABLE people (
    id         TEXT        NOT NULL PRIMARY KEY,
    name       TEXT        NOT NULL,
    email      TEXT        NOT NULL,
    email_key  TEXT        NOT NULL UNIQUE,
    phone      TEXT        NOT NULL DEFAULT '',
    language   TEXT        NOT NULL,
    scheme     TEXT        NOT NULL DEFAULT 'auto',
    status     TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version    BIGINT      NOT NULL DEFAULT 1
);

CREATE TABLE staff_roles (
    person_id TEXT NOT NULL REFERENCES people (id),
    role      TEXT NOT NULL,
    PRIMARY KEY (person_id, role)
);

CREATE TABLE members (
    id          TEXT        NOT NULL PRIMARY KEY,
    customer_id TEXT        NOT NULL REFERENCES customers (id),
    person_id   TEXT        NOT NULL REFERENCES people (id),
    role        TEXT        NOT NULL,
    status      TEXT        NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (customer_id, person_id)
);
CREATE INDEX members_person ON members (person_id);

CREATE TABLE passwords (
    person_id  TEXT        NOT NULL PRIMARY KEY REFERENCES people (id),
    hash       TEXT        NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

-- id is the SHA-256 of the cookie's secret.
CREATE TABLE sessions (
    id         TEXT        NOT NULL PRIMARY KEY,
    person_id  TEXT        NOT NULL REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    agent      TEXT        NOT NULL DEFAULT '',
    address    TEXT        NOT NULL DEFAULT ''
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- hash is the SHA-256 of the key; customer_id NULL means the whole installation.
CREATE TABLE api_keys (
    id          TEXT        NOT NULL PRIMARY KEY,
    name        TEXT        NOT NULL,
    hash        TEXT        NOT NULL UNIQUE,
    customer_id TEXT        REFERENCES customers (id),
    permissions JSONB       NOT NULL,
    created_by  TEXT        NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ,
    used_at     TIMESTAMPTZ,
    revoked_at  TIMESTAMPTZ
);
