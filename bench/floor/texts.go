package floor

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// places is "$1, $2, … $n".
func places(n int) string {
	s := make([]string, n)
	for i := range s {
		s[i] = "$" + strconv.Itoa(i+1)
	}
	return strings.Join(s, ", ")
}

// insert names the columns that the product writes.
func insert(table, columns string) string {
	return "INSERT INTO " + table + " (" + columns + ") VALUES (" + places(strings.Count(columns, ",")+1) + ")"
}

// texts is every statement by name.
func (p *Place) texts() map[string]string {
	all := map[string]string{
		"counter": `INSERT INTO counters (name, last) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET last = counters.last + 1 RETURNING last`,
		"link":    insert("links", "id, kind, subject, person_id, created_at, expires_at"),
		"order": insert("key_orders", `id, number, draft_id, status_link, customer_id, site_id, agreement_id, system_id, product, system_number, code, purpose,
			asked_by, requisitioner, flat_id, flat, resident_name, resident_email, resident_phone, language, quantity, delivery, street, postcode, town, currency,
			net, vat, total, lines, approvals, payment, board, work, reason, tracking, handed_to, created_at, paid_at, reserved_until, decide_by, decided_at,
			made_at, ready_at, sent_at, received_at, closed_at, version`),
		"lock order": `UPDATE key_orders SET version = version WHERE id = $1`,
		"save order": `UPDATE key_orders SET payment = $1, board = $2, work = $3, reason = $4, tracking = $5, handed_to = $6, paid_at = $7, reserved_until = $8,
			decide_by = $9, decided_at = $10, made_at = $11, ready_at = $12, sent_at = $13, received_at = $14, closed_at = $15, version = version + 1 WHERE id = $16`,
		"event": insert("events", "id, at, actor, actor_kind, on_behalf, customer_id, site_id, kind, subject, name, data"),
		"payment": insert("payments", `id, kind, subject, attempt, customer_id, site_id, reference, description, language, return_path, return_kind,
			return_id, provider, state, currency, amount, created_at, changed_at, version`),
		"session": `UPDATE payments SET session = $1, provider_ref = $2, page = $3, look_at = $4, version = version + 1 WHERE id = $5 AND session = ''`,
		"save payment": `UPDATE payments SET state = $1, provider_ref = $2, captured = $3, refunded = $4, failure = $5, reserved_until = $6, changed_at = $7,
			look_at = $8, version = version + 1 WHERE id = $9`,
		"message":      insert("payment_messages", "provider, message, payment_id, name, state, captured, refunded, failure, said_at, at"),
		"led to":       `UPDATE payment_messages SET led_to = $1 WHERE provider = $2 AND message = $3`,
		"step":         insert("payment_steps", "id, payment_id, does, document, amount, state, created_at"),
		"end step":     `UPDATE payment_steps SET state = $1, failure = $2, done_at = $3 WHERE id = $4`,
		"request":      insert("approval_requests", "id, kind, subject, revision, customer_id, site_id, title, asked_by, needed, state, reason, created_at, due_at, decided_at, version"),
		"approver":     `INSERT INTO approval_approvers (request_id, person_id, pending) VALUES ($1, $2, TRUE)`,
		"lock request": `UPDATE approval_requests SET version = version WHERE id = $1`,
		"save request": `UPDATE approval_requests SET state = $1, reason = $2, decided_at = $3, version = version + 1 WHERE id = $4 AND version = $5`,
		"clear inbox":  `UPDATE approval_approvers SET pending = FALSE WHERE request_id = $1`,
		"decision":     insert("approval_decisions", "id, request_id, person_id, decision, comment, via, at"),
		"use link":     `UPDATE links SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL`,
		"mail":         insert("mails", "id, created_at, template, to_name, to_address, language, subject, html, body, customer_id, about, state"),
		"take mail":    `UPDATE mails SET state = 'sending', attempts = attempts + 1, sent_at = $1 WHERE id = $2 AND state = 'queued' RETURNING subject, html, body`,
		"mailbox":      insert("mailbox", "id, mail_id, at, to_address, subject, html, body"),
		"note mail":    `UPDATE mails SET state = 'sent', error = '', sent_at = $1 WHERE id = $2 AND state = 'sending'`,
		"complete job": `UPDATE river_job SET state = 'completed', finalized_at = $1 WHERE id = $2 AND state = 'running'`,
	}
	if p.lite {
		maps.Copy(all, liteJobs)
		for n := range workers { // a bound limit is planned anew each time
			all[lockJobs(n+1)] = fmt.Sprintf(liteLock, n+1)
		}
	} else {
		maps.Copy(all, postgresJobs)
	}
	return all
}

// The queue's own table differs between the databases.
var (
	liteJobs = map[string]string{
		"job": `INSERT INTO river_job (args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state, tags)
			VALUES (CAST($1 AS BLOB), $2, $3, 25, CAST('{}' AS BLOB), 1, 'default', $2, 'available', CAST('[]' AS BLOB))`,
	}
	liteLock = `UPDATE river_job SET state = 'running', attempt = attempt + 1, attempted_at = $1, attempted_by = CAST('["floor"]' AS BLOB)
			WHERE id IN (SELECT id FROM river_job WHERE priority >= 0 AND queue = 'default' AND scheduled_at <= $1 AND state = 'available'
				ORDER BY priority, scheduled_at, id LIMIT %d) RETURNING id, kind, CAST(args AS TEXT)`
	postgresJobs = map[string]string{
		"job": `INSERT INTO river_job (args, created_at, kind, max_attempts, metadata, priority, queue, scheduled_at, state, tags)
			VALUES ($1, $2, $3, 25, '{}', 1, 'default', $2, 'available', '{}')`,
		"lock jobs": `WITH locked AS (SELECT id FROM river_job WHERE state = 'available' AND queue = 'default' AND scheduled_at <= $1
				ORDER BY priority, scheduled_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
			UPDATE river_job SET state = 'running', attempt = attempt + 1, attempted_at = $1, attempted_by = array_append(attempted_by, 'floor')
			FROM locked WHERE river_job.id = locked.id RETURNING river_job.id, river_job.kind, CAST(river_job.args AS TEXT)`,
	}
)

func lockJobs(n int) string { return fmt.Sprintf("lock jobs %d", n) }
