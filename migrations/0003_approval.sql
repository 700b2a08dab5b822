-- Requests that somebody must say yes or no to. The subject is known by kind and id only.

CREATE TABLE approval_requests (
    id          TEXT        NOT NULL PRIMARY KEY,
    kind        TEXT        NOT NULL,
    subject     TEXT        NOT NULL,
    revision    BIGINT      NOT NULL,
    customer_id TEXT        NOT NULL,
    site_id     TEXT        NOT NULL DEFAULT '',
    title       TEXT        NOT NULL,
    asked_by    TEXT        NOT NULL DEFAULT '',
    needed      BIGINT      NOT NULL,
    state       TEXT        NOT NULL,
    reason      TEXT        NOT NULL DEFAULT '',
    created_at  TIMESTAMPTZ NOT NULL,
    due_at      TIMESTAMPTZ NOT NULL,
    decided_at  TIMESTAMPTZ,
    reminded    BIGINT      NOT NULL DEFAULT 0,
    version     BIGINT      NOT NULL DEFAULT 1,
    UNIQUE (kind, subject, revision)
);
CREATE INDEX approval_requests_due ON approval_requests (state, due_at);

CREATE TABLE approval_approvers (
    request_id TEXT   NOT NULL REFERENCES approval_requests (id),
    person_id  TEXT   NOT NULL,
    pending    BOOLEAN NOT NULL,
    PRIMARY KEY (request_id, person_id)
);
CREATE INDEX approval_approvers_person ON approval_approvers (person_id, pending, request_id);

CREATE TABLE approval_decisions (
    id         TEXT        NOT NULL PRIMARY KEY,
    request_id TEXT        NOT NULL REFERENCES approval_requests (id),
    person_id  TEXT        NOT NULL,
    decision   TEXT        NOT NULL,
    comment    TEXT        NOT NULL DEFAULT '',
    via        TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    UNIQUE (request_id, person_id)
);
CREATE INDEX approval_decisions_person ON approval_decisions (person_id, id);
