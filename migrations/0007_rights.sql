-- Who may do what at a customer: groups in a tree, roles of an own making, invitations; which customer a session acts in.

CREATE TABLE groups (
    id          TEXT        NOT NULL PRIMARY KEY,
    customer_id TEXT        NOT NULL REFERENCES customers (id),
    parent_id   TEXT        REFERENCES groups (id),
    name        TEXT        NOT NULL,
    sort        TEXT        NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    version     BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX groups_customer ON groups (customer_id, sort, id);
CREATE INDEX groups_parent ON groups (parent_id);

-- Every group with each group above it and itself: what a role in a group reaches is one lookup.
CREATE TABLE group_paths (
    ancestor_id TEXT   NOT NULL REFERENCES groups (id),
    group_id    TEXT   NOT NULL REFERENCES groups (id),
    depth       BIGINT NOT NULL,
    PRIMARY KEY (ancestor_id, group_id)
);
CREATE INDEX group_paths_group ON group_paths (group_id, depth);

-- A role of an own making. customer_id NULL is one of the operator's staff. members.role and staff_roles.role hold the
-- word of a ready-made role or the id of one of these. rights is a list of {may, scope}.
CREATE TABLE roles (
    id          TEXT        NOT NULL PRIMARY KEY,
    customer_id TEXT        REFERENCES customers (id),
    name        TEXT        NOT NULL,
    name_key    TEXT        NOT NULL,
    rights      JSONB       NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    version     BIGINT      NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX roles_name ON roles (COALESCE(customer_id, ''), name_key);

-- sort is the folded name of the person, kept here so that a list by name reads one index. methods are the ways of paying
-- the member may use; empty is all that the customer may use.
ALTER TABLE members ADD COLUMN group_id TEXT REFERENCES groups (id);
ALTER TABLE members ADD COLUMN sort TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN methods JSONB NOT NULL DEFAULT '[]';
ALTER TABLE members ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX members_name ON members (customer_id, sort, id);
CREATE INDEX members_group ON members (group_id, sort, id);
CREATE INDEX members_role ON members (customer_id, role);

-- The folded words that a member is found by, as customer_words.
CREATE TABLE member_words (
    customer_id TEXT NOT NULL REFERENCES customers (id),
    head        TEXT NOT NULL,
    word        TEXT NOT NULL,
    member_id   TEXT NOT NULL REFERENCES members (id),
    PRIMARY KEY (customer_id, head, word, member_id)
);
CREATE INDEX member_words_member ON member_words (member_id);
CREATE INDEX member_words_word ON member_words (head, word); -- the office finds a caller without knowing the customer

-- id is the SHA-256 of the mailed secret. A new one for the same member ends the earlier ones.
CREATE TABLE invitations (
    id         TEXT        NOT NULL PRIMARY KEY,
    member_id  TEXT        NOT NULL REFERENCES members (id),
    created_by TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ,
    ended_at   TIMESTAMPTZ
);
CREATE INDEX invitations_member ON invitations (member_id, created_at);

-- customer_id is the customer a person with several acts in; on_behalf the person whose shoes staff stand in.
ALTER TABLE sessions ADD COLUMN customer_id TEXT;
ALTER TABLE sessions ADD COLUMN on_behalf TEXT;

-- What the company page keeps.
ALTER TABLE customers ADD COLUMN invoice_email TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN invoice_street TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN invoice_postcode TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN invoice_town TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN gln TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN peppol TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN invoice_reference TEXT NOT NULL DEFAULT '';
ALTER TABLE customers ADD COLUMN status_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX customers_phone ON customers (phone);
CREATE INDEX people_phone ON people (phone);

-- Where things are delivered; one that is gone is archived, since orders name it.
CREATE TABLE addresses (
    id          TEXT        NOT NULL PRIMARY KEY,
    customer_id TEXT        NOT NULL REFERENCES customers (id),
    label       TEXT        NOT NULL,
    attention   TEXT        NOT NULL DEFAULT '',
    street      TEXT        NOT NULL,
    postcode    TEXT        NOT NULL,
    town        TEXT        NOT NULL,
    phone       TEXT        NOT NULL DEFAULT '',
    usual       BOOLEAN     NOT NULL DEFAULT FALSE,
    sort        TEXT        NOT NULL,
    archived_at TIMESTAMPTZ,
    version     BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX addresses_customer ON addresses (customer_id, sort, id);

CREATE TABLE cost_centres (
    id          TEXT    NOT NULL PRIMARY KEY,
    customer_id TEXT    NOT NULL REFERENCES customers (id),
    code        TEXT    NOT NULL,
    code_key    TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    active      BOOLEAN NOT NULL DEFAULT TRUE,
    version     BIGINT  NOT NULL DEFAULT 1,
    UNIQUE (customer_id, code_key)
);
