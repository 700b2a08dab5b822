-- What the house itself keeps: the record of events, numbers, mailed links, mails, files, limits, settings.

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE counters (
    name TEXT   NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Audit log and timeline in one. Ids only: a person's name never stands here, so that erasing the person is enough.
CREATE TABLE events (
    id          TEXT        NOT NULL PRIMARY KEY,
    at          TIMESTAMPTZ NOT NULL,
    actor       TEXT        NOT NULL,
    actor_kind  TEXT        NOT NULL,
    on_behalf   TEXT        NOT NULL DEFAULT '',
    customer_id TEXT        NOT NULL DEFAULT '',
    site_id     TEXT        NOT NULL DEFAULT '',
    kind        TEXT        NOT NULL,
    subject     TEXT        NOT NULL,
    name        TEXT        NOT NULL,
    data        JSONB       NOT NULL DEFAULT '{}'
);
CREATE INDEX events_subject ON events (subject, id);
CREATE INDEX events_customer ON events (customer_id, id);
CREATE INDEX events_kind ON events (kind, id);
CREATE INDEX events_actor ON events (actor, id);

-- A mailed link. The secret in the address is a signature over the id, so nothing here opens anything.
CREATE TABLE links (
    id         TEXT        NOT NULL PRIMARY KEY,
    kind       TEXT        NOT NULL,
    subject    TEXT        NOT NULL,
    person_id  TEXT        NOT NULL DEFAULT '',
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    used_at    TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);
CREATE INDEX links_subject ON links (subject);

-- Hits per key in a window: sign-in tries, wrong key numbers. Shared by all nodes.
CREATE TABLE limits (
    key        TEXT        NOT NULL PRIMARY KEY,
    hits       BIGINT      NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ends_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX limits_ends ON limits (ends_at);

-- The kept copy of every mail. Links stand in it as references; their secret part is added on the way out.
CREATE TABLE mails (
    id          TEXT        NOT NULL PRIMARY KEY,
    created_at  TIMESTAMPTZ NOT NULL,
    template    TEXT        NOT NULL,
    to_name     TEXT        NOT NULL,
    to_address  TEXT        NOT NULL,
    language    TEXT        NOT NULL,
    subject     TEXT        NOT NULL,
    html        TEXT        NOT NULL,
    body        TEXT        NOT NULL,
    customer_id TEXT        NOT NULL DEFAULT '',
    about       TEXT        NOT NULL DEFAULT '',
    state       TEXT        NOT NULL,
    attempts    BIGINT      NOT NULL DEFAULT 0,
    error       TEXT        NOT NULL DEFAULT '',
    sent_at     TIMESTAMPTZ
);
CREATE INDEX mails_about ON mails (about, id);
CREATE INDEX mails_state ON mails (state, id);

-- The built-in mailbox: what its receivers got, links and all. Only filled when no SMTP server is set.
CREATE TABLE mailbox (
    id         TEXT        NOT NULL PRIMARY KEY,
    mail_id    TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    to_address TEXT        NOT NULL,
    subject    TEXT        NOT NULL,
    html       TEXT        NOT NULL,
    body       TEXT        NOT NULL
);
CREATE INDEX mailbox_to ON mailbox (to_address, id);

CREATE TABLE files (
    id           TEXT        NOT NULL PRIMARY KEY,
    created_at   TIMESTAMPTZ NOT NULL,
    created_by   TEXT        NOT NULL,
    customer_id  TEXT        NOT NULL DEFAULT '',
    name         TEXT        NOT NULL,
    content_type TEXT        NOT NULL,
    size         BIGINT      NOT NULL,
    sha256       TEXT        NOT NULL,
    key          TEXT        NOT NULL
);

-- Answers to POSTs of the API by idempotency key, kept for a day.
CREATE TABLE idempotency_keys (
    actor      TEXT        NOT NULL,
    key        TEXT        NOT NULL,
    request    TEXT        NOT NULL,
    status     BIGINT      NOT NULL,
    content    TEXT        NOT NULL,
    body       TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
