-- Card payments, each with what the provider said. Amounts are minor units.

CREATE TABLE payments (
    id             TEXT        NOT NULL PRIMARY KEY,
    kind           TEXT        NOT NULL,
    subject        TEXT        NOT NULL,
    attempt        BIGINT      NOT NULL,
    customer_id    TEXT        NOT NULL,
    site_id        TEXT        NOT NULL DEFAULT '',
    reference      TEXT        NOT NULL,
    provider       TEXT        NOT NULL,
    session        TEXT        NOT NULL DEFAULT '',
    provider_ref   TEXT        NOT NULL DEFAULT '',
    page           TEXT        NOT NULL DEFAULT '',
    state          TEXT        NOT NULL,
    wanted         TEXT        NOT NULL DEFAULT '',
    currency       TEXT        NOT NULL,
    amount         BIGINT      NOT NULL,
    captured       BIGINT      NOT NULL DEFAULT 0,
    refunded       BIGINT      NOT NULL DEFAULT 0,
    failure        TEXT        NOT NULL DEFAULT '',
    created_at     TIMESTAMPTZ NOT NULL,
    changed_at     TIMESTAMPTZ NOT NULL,
    reserved_until TIMESTAMPTZ,
    version        BIGINT      NOT NULL DEFAULT 1,
    UNIQUE (kind, subject, attempt)
);
CREATE INDEX payments_session ON payments (session);
CREATE INDEX payments_provider_ref ON payments (provider_ref);
CREATE INDEX payments_customer ON payments (customer_id, created_at, id);
CREATE INDEX payments_state ON payments (state, changed_at);
CREATE INDEX payments_all ON payments (created_at, id);

-- Every message of a provider, once each, whatever it led to.
CREATE TABLE payment_messages (
    provider   TEXT        NOT NULL,
    message    TEXT        NOT NULL,
    payment_id TEXT        NOT NULL DEFAULT '',
    name       TEXT        NOT NULL,
    at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, message)
);
CREATE INDEX payment_messages_payment ON payment_messages (payment_id);
