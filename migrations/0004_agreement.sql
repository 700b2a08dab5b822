-- Agreements with customers. Dates are local calendar dates; money is minor units; VAT rates are basis points.

CREATE TABLE agreements (
    id          TEXT        NOT NULL PRIMARY KEY,
    number      TEXT        NOT NULL UNIQUE,
    customer_id TEXT        NOT NULL REFERENCES customers (id),
    kind        TEXT        NOT NULL,
    status      TEXT        NOT NULL,
    signed_on   DATE,
    starts_on   DATE        NOT NULL,
    ends_on     DATE,
    payer       TEXT        NOT NULL DEFAULT 'resident',
    approvals   BIGINT      NOT NULL DEFAULT 1,
    currency    TEXT        NOT NULL,
    file_id     TEXT        REFERENCES files (id),
    created_at  TIMESTAMPTZ NOT NULL,
    version     BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX agreements_customer ON agreements (customer_id, kind, status);
CREATE INDEX agreements_all ON agreements (created_at, id);

CREATE TABLE agreement_prices (
    agreement_id TEXT   NOT NULL REFERENCES agreements (id),
    item         TEXT   NOT NULL,
    amount       BIGINT NOT NULL,
    vat          BIGINT NOT NULL,
    PRIMARY KEY (agreement_id, item)
);

CREATE TABLE agreement_approvers (
    agreement_id TEXT        NOT NULL REFERENCES agreements (id),
    person_id    TEXT        NOT NULL REFERENCES people (id),
    since        TIMESTAMPTZ NOT NULL,
    until        TIMESTAMPTZ,
    PRIMARY KEY (agreement_id, person_id)
);
CREATE INDEX agreement_approvers_person ON agreement_approvers (person_id);
