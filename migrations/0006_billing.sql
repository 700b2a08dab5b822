-- Card payments, each with what we asked of the provider and what it said. Amounts are minor units.

CREATE TABLE payments (
    id             TEXT        NOT NULL PRIMARY KEY,
    kind           TEXT        NOT NULL,
    subject        TEXT        NOT NULL,
    attempt        BIGINT      NOT NULL,
    customer_id    TEXT        NOT NULL,
    site_id        TEXT        NOT NULL DEFAULT '',
    reference      TEXT        NOT NULL,
    description    TEXT        NOT NULL DEFAULT '',
    language       TEXT        NOT NULL DEFAULT 'nb',
    return_path    TEXT        NOT NULL DEFAULT '/',
    return_kind    TEXT        NOT NULL DEFAULT '',
    return_id      TEXT        NOT NULL DEFAULT '',
    provider       TEXT        NOT NULL,
    session        TEXT        NOT NULL DEFAULT '',
    provider_ref   TEXT        NOT NULL DEFAULT '',
    page           TEXT        NOT NULL DEFAULT '',
    state          TEXT        NOT NULL,
    currency       TEXT        NOT NULL,
    amount         BIGINT      NOT NULL,
    captured       BIGINT      NOT NULL DEFAULT 0,
    refunded       BIGINT      NOT NULL DEFAULT 0,
    failure        TEXT        NOT NULL DEFAULT '',
    late           BOOLEAN     NOT NULL DEFAULT FALSE,
    created_at     TIMESTAMPTZ NOT NULL,
    changed_at     TIMESTAMPTZ NOT NULL,
    reserved_until TIMESTAMPTZ,
    look_at        TIMESTAMPTZ,
    version        BIGINT      NOT NULL DEFAULT 1,
    UNIQUE (kind, subject, attempt)
);
CREATE INDEX payments_session ON payments (session);
CREATE INDEX payments_provider_ref ON payments (provider_ref);
CREATE INDEX payments_customer ON payments (customer_id, created_at, id);
CREATE INDEX payments_state ON payments (state, created_at, id);
CREATE INDEX payments_all ON payments (created_at, id);
CREATE INDEX payments_look ON payments (look_at) WHERE look_at IS NOT NULL;

-- What we want of the provider; the id is the idempotency key of the call. document is what it is done for: '' is the
-- one settlement of a payment, which is a capture or a release and never both.
CREATE TABLE payment_steps (
    id         TEXT        NOT NULL PRIMARY KEY,
    payment_id TEXT        NOT NULL,
    does       TEXT        NOT NULL,
    document   TEXT        NOT NULL DEFAULT '',
    amount     BIGINT      NOT NULL,
    state      TEXT        NOT NULL,
    failure    TEXT        NOT NULL DEFAULT '',
    created_at TIMESTAMPTZ NOT NULL,
    done_at    TIMESTAMPTZ
);
CREATE UNIQUE INDEX payment_steps_once ON payment_steps (payment_id, document) WHERE state <> 'failed';
CREATE INDEX payment_steps_payment ON payment_steps (payment_id, id);
CREATE INDEX payment_steps_open ON payment_steps (created_at) WHERE state = 'queued';

-- Every message of a provider, once each, whatever it led to.
CREATE TABLE payment_messages (
    provider   TEXT        NOT NULL,
    message    TEXT        NOT NULL,
    payment_id TEXT        NOT NULL DEFAULT '',
    name       TEXT        NOT NULL,
    state      TEXT        NOT NULL DEFAULT '',
    captured   BIGINT      NOT NULL DEFAULT 0,
    refunded   BIGINT      NOT NULL DEFAULT 0,
    failure    TEXT        NOT NULL DEFAULT '',
    led_to     TEXT        NOT NULL DEFAULT '',
    said_at    TIMESTAMPTZ,
    at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, message)
);
CREATE INDEX payment_messages_payment ON payment_messages (payment_id);
