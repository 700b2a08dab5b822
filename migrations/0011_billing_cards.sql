-- A page may end before the payment does; a look or a step that fails is tried ever more seldom, so that it holds up no other;
-- a refund is asked for by somebody for a reason.
ALTER TABLE payments ADD COLUMN page_until TIMESTAMPTZ;
ALTER TABLE payments ADD COLUMN look_fails BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_steps ADD COLUMN try_at TIMESTAMPTZ;
ALTER TABLE payment_steps ADD COLUMN fails BIGINT NOT NULL DEFAULT 0;
ALTER TABLE payment_steps ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE payment_steps ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';
UPDATE payment_steps SET try_at = created_at;
DROP INDEX payment_steps_open;
CREATE INDEX payment_steps_open ON payment_steps (try_at) WHERE state = 'queued';
