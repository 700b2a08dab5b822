// Package link makes the links in mails: signed, for one purpose, valid for a time. The database knows a link's id;
// the address carries id and signature, so reading the database opens nothing, and a mail kept there holds no secret.
package link

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/id"

	"github.com/google/uuid"
)

// Link opens one subject for one purpose.
type Link struct {
	ID        string
	Kind      string // the purpose: "keys.approve"; a link of one kind opens nothing of another
	Subject   string // the record
	PersonID  string // who it was mailed to, or empty
	CreatedAt time.Time
	ExpiresAt *time.Time
	UsedAt    *time.Time
	RevokedAt *time.Time
}

// Signer knows the installation's secret.
type Signer struct{ key []byte }

const macBytes = 16

// NewSigner takes a secret of at least 32 bytes.
func NewSigner(secret []byte) (*Signer, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("the secret has %d bytes, it needs 32 or more", len(secret))
	}
	return &Signer{key: secret}, nil
}

// Stored is the installation's secret kept in the database, made at the first start. A setting overrides it.
func Stored(ctx context.Context, d *db.DB) ([]byte, error) {
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails since Go 1.24
	var value string
	err := d.InTx(ctx, func(tx *db.Tx) (err error) {
		if _, err = tx.Exec(ctx, `INSERT INTO settings (name, value) VALUES ('secret', $1) ON CONFLICT (name) DO NOTHING`, hex.EncodeToString(fresh)); err != nil {
			return err
		}
		value, err = db.One[string](ctx, tx, `SELECT value FROM settings WHERE name = 'secret'`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the installation's secret: %w", err)
	}
	return hex.DecodeString(value)
}

// Mac signs any text for one purpose.
func (s *Signer) Mac(purpose, text string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(purpose + "\x00" + text))
	return h.Sum(nil)[:macBytes]
}

// Token is the part of an address that opens the link with this id.
func (s *Signer) Token(kind, id string) string {
	u, err := uuid.Parse(id)
	if err != nil {
		return "" // opens nothing
	}
	return base64.RawURLEncoding.EncodeToString(append(u[:], s.Mac(kind, id)...))
}

// parse gives the id of a token whose signature fits the kind.
func (s *Signer) parse(kind, token string) (string, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != 16+macBytes {
		return "", false
	}
	id := uuid.UUID(b[:16]).String()
	return id, hmac.Equal(b[16:], s.Mac(kind, id))
}

// Make stores a new link; valid zero means that it does not expire.
func Make(ctx context.Context, tx *db.Tx, kind, subject, personID string, valid time.Duration) (Link, error) {
	l := Link{ID: id.New(), Kind: kind, Subject: subject, PersonID: personID, CreatedAt: tx.Now}
	if valid > 0 {
		ends := tx.Now.Add(valid)
		l.ExpiresAt = &ends
	}
	_, err := tx.Exec(ctx, `INSERT INTO links (id, kind, subject, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		l.ID, l.Kind, l.Subject, l.PersonID, l.CreatedAt, l.ExpiresAt)
	if err != nil {
		return l, fmt.Errorf("make link %s: %w", kind, err)
	}
	return l, nil
}

// Open finds the link of a token, also when it is used, revoked or past its time: State tells, so that the page can say what happened.
// A wrong signature and an unknown id are the same "not found".
func (s *Signer) Open(ctx context.Context, q db.Q, kind, token string) (Link, error) {
	id, ok := s.parse(kind, token)
	if !ok {
		return Link{}, fault.New(fault.NotFound, "link.not_found")
	}
	l, err := db.One[Link](ctx, q, `SELECT id, kind, subject, person_id, created_at, expires_at, used_at, revoked_at FROM links WHERE id = $1 AND kind = $2`, id, kind)
	if db.NoRows(err) {
		return Link{}, fault.New(fault.NotFound, "link.not_found")
	}
	if err != nil {
		return Link{}, fmt.Errorf("open link %s: %w", id, err)
	}
	return l, nil
}

// State is why a link can no longer be used, or nil.
func (l Link) State(now time.Time) error {
	switch {
	case l.RevokedAt != nil:
		return fault.New(fault.Conflict, "link.revoked")
	case l.UsedAt != nil:
		return fault.New(fault.Conflict, "link.used")
	case l.ExpiresAt != nil && !now.Before(*l.ExpiresAt):
		return fault.New(fault.Conflict, "link.expired")
	}
	return nil
}

// Use marks a single-use link as used; the second use of it is a conflict.
func Use(ctx context.Context, tx *db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE links SET used_at = $1 WHERE id = $2 AND used_at IS NULL AND revoked_at IS NULL`, tx.Now, id)
	if err != nil {
		return fmt.Errorf("use link %s: %w", id, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "link.used")
	}
	return nil
}

// Revoke ends all open links to a subject of one kind.
func Revoke(ctx context.Context, tx *db.Tx, kind, subject string) error {
	if _, err := tx.Exec(ctx, `UPDATE links SET revoked_at = $1 WHERE subject = $2 AND kind = $3 AND used_at IS NULL AND revoked_at IS NULL`, tx.Now, subject, kind); err != nil {
		return fmt.Errorf("revoke links to %s: %w", subject, err)
	}
	return nil
}
