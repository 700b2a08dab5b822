-- Key systems, the register of fobs and keys, and the orders for new ones.

CREATE TABLE key_systems (
    id          TEXT        NOT NULL PRIMARY KEY,
    customer_id TEXT        NOT NULL REFERENCES customers (id),
    site_id     TEXT        NOT NULL DEFAULT '',
    product     TEXT        NOT NULL,
    number      TEXT        NOT NULL,
    folded      TEXT        NOT NULL,
    name        TEXT        NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    UNIQUE (customer_id, product, folded)
);

-- A zone of a fob system, or a key mark of a lock system.
CREATE TABLE key_zones (
    system_id TEXT NOT NULL REFERENCES key_systems (id),
    code      TEXT NOT NULL,
    folded    TEXT NOT NULL,
    name      TEXT NOT NULL,
    PRIMARY KEY (system_id, folded)
);

CREATE TABLE key_items (
    id          TEXT        NOT NULL PRIMARY KEY,
    customer_id TEXT        NOT NULL,
    site_id     TEXT        NOT NULL DEFAULT '',
    system_id   TEXT        NOT NULL REFERENCES key_systems (id),
    product     TEXT        NOT NULL,
    code        TEXT        NOT NULL,
    serial      TEXT        NOT NULL,
    folded      TEXT        NOT NULL,
    flat_id     TEXT        NOT NULL DEFAULT '',
    flat        TEXT        NOT NULL DEFAULT '',
    holder      TEXT        NOT NULL DEFAULT '',
    state       TEXT        NOT NULL,
    since       TIMESTAMPTZ NOT NULL,
    order_id    TEXT        NOT NULL DEFAULT '',
    version     BIGINT      NOT NULL DEFAULT 1,
    UNIQUE (system_id, folded)
);
CREATE INDEX key_items_customer ON key_items (customer_id, folded, id);
CREATE INDEX key_items_all ON key_items (folded, id);
CREATE INDEX key_items_system ON key_items (system_id, state, folded);
CREATE INDEX key_items_flat ON key_items (flat_id, state);

-- payment, board and work are the three columns of rule C10; what people see is derived from them.
CREATE TABLE key_orders (
    id             TEXT        NOT NULL PRIMARY KEY,
    number         TEXT        NOT NULL UNIQUE,
    draft_id       TEXT        NOT NULL UNIQUE,
    status_link    TEXT        NOT NULL,
    requisitioner  TEXT        NOT NULL DEFAULT '',
    customer_id    TEXT        NOT NULL,
    site_id        TEXT        NOT NULL DEFAULT '',
    agreement_id   TEXT        NOT NULL,
    system_id      TEXT        NOT NULL,
    product        TEXT        NOT NULL,
    system_number  TEXT        NOT NULL,
    code           TEXT        NOT NULL,
    purpose        TEXT        NOT NULL,
    asked_by       TEXT        NOT NULL,
    flat_id        TEXT        NOT NULL,
    flat           TEXT        NOT NULL,
    resident_name  TEXT        NOT NULL,
    resident_email TEXT        NOT NULL,
    resident_phone TEXT        NOT NULL,
    language       TEXT        NOT NULL,
    quantity       BIGINT      NOT NULL,
    delivery       TEXT        NOT NULL,
    street         TEXT        NOT NULL DEFAULT '',
    postcode       TEXT        NOT NULL DEFAULT '',
    town           TEXT        NOT NULL DEFAULT '',
    currency       TEXT        NOT NULL,
    net            BIGINT      NOT NULL,
    vat            BIGINT      NOT NULL,
    total          BIGINT      NOT NULL,
    lines          JSONB       NOT NULL,
    approvals      BIGINT      NOT NULL DEFAULT 1,
    payment        TEXT        NOT NULL,
    board          TEXT        NOT NULL,
    work           TEXT        NOT NULL,
    reason         TEXT        NOT NULL DEFAULT '',
    tracking       TEXT        NOT NULL DEFAULT '',
    handed_to      TEXT        NOT NULL DEFAULT '',
    created_at     TIMESTAMPTZ NOT NULL,
    paid_at        TIMESTAMPTZ,
    reserved_until TIMESTAMPTZ,
    decide_by      TIMESTAMPTZ,
    decided_at     TIMESTAMPTZ,
    made_at        TIMESTAMPTZ,
    ready_at       TIMESTAMPTZ,
    sent_at        TIMESTAMPTZ,
    received_at    TIMESTAMPTZ,
    closed_at      TIMESTAMPTZ,
    version        BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX key_orders_all ON key_orders (created_at, id);
CREATE INDEX key_orders_customer ON key_orders (customer_id, created_at, id);
CREATE INDEX key_orders_site ON key_orders (site_id, created_at, id);
CREATE INDEX key_orders_work ON key_orders (work, created_at, id);
CREATE INDEX key_orders_decide ON key_orders (board, decide_by);

-- The fobs and keys made for an order, in the order of making.
CREATE TABLE key_order_items (
    order_id TEXT        NOT NULL REFERENCES key_orders (id),
    serial   TEXT        NOT NULL,
    item_id  TEXT        NOT NULL REFERENCES key_items (id),
    made_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (order_id, item_id)
);

-- An order being filled in. It holds what was typed, for a day; the order it becomes carries its id, so that sending twice makes one order.
CREATE TABLE key_drafts (
    id         TEXT        NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    form       JSONB       NOT NULL
);
CREATE INDEX key_drafts_expires ON key_drafts (expires_at);
