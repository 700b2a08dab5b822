-- How a customer's people are listed and added: when somebody joined, lists by role and status in the order of names, and the
-- files of people that wait for a yes.

-- joined_at is empty until an invitation is accepted: until then a customer sees of a person no more than the address it wrote.
ALTER TABLE members ADD COLUMN joined_at TIMESTAMPTZ;
UPDATE members SET joined_at = created_at WHERE status <> 'invited';

DROP INDEX members_role;
CREATE INDEX members_role ON members (customer_id, role, sort, id);
CREATE INDEX members_status ON members (customer_id, status, sort, id);
CREATE INDEX members_in_group ON members (customer_id, group_id);

DROP INDEX member_words_member;
CREATE INDEX member_words_member ON member_words (member_id, word);

-- The top of a large tree without the rest of it.
CREATE INDEX groups_below ON groups (customer_id, parent_id);

-- What an uploaded file said, between the preview and the yes; forgotten after a day. outcome is empty until the row has been
-- dealt with, then 'added' or why it was not.
CREATE TABLE imports (
    id           TEXT        NOT NULL PRIMARY KEY,
    customer_id  TEXT        NOT NULL REFERENCES customers (id),
    created_by   TEXT        NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    version      BIGINT      NOT NULL DEFAULT 1
);
CREATE INDEX imports_created ON imports (created_at);

CREATE TABLE import_rows (
    import_id TEXT   NOT NULL REFERENCES imports (id),
    number    BIGINT NOT NULL,
    data      JSONB  NOT NULL,
    outcome   TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, number)
);
