package identity

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/id"
)

// keyPrefix lets people and scanners see what a leaked text is.
const keyPrefix = "sk_"

// APIKey is a program's way in. CustomerID empty means the whole installation.
type APIKey struct {
	ID, Name    string
	CustomerID  string
	Permissions db.JSON[[]authz.Permission]
	CreatedBy   string
	CreatedAt   time.Time
	ExpiresAt   *time.Time
	UsedAt      *time.Time
	RevokedAt   *time.Time
}

// NewKey is what is asked about an API key; ExpiresAt nil means that it lasts until it is revoked.
type NewKey struct {
	Name        string
	CustomerID  string
	Permissions []authz.Permission
	ExpiresAt   *time.Time
}

// CreateKey makes an API key and says its secret, once. Nobody gives a program more than they have themselves.
func (s *Service) CreateKey(ctx context.Context, by authz.Actor, n NewKey) (k APIKey, secret string, err error) {
	at := authz.Place{Customer: n.CustomerID}
	if !by.May(MayEditKeys, at) {
		return k, "", by.Refuse(MayEditKeys, at)
	}
	var f fault.Fields
	name := tidy(n.Name)
	f.Check(name != "" && len(name) <= maxText, "name", "identity.key.name")
	f.Check(len(n.Permissions) > 0, "permissions", "identity.key.permissions")
	f.Check(!slices.ContainsFunc(n.Permissions, func(p authz.Permission) bool { return !by.May(p, at) }), "permissions", "identity.key.too_much")
	f.Check(n.ExpiresAt == nil || n.ExpiresAt.After(s.DB.Now()), "expires_at", "identity.key.expires")
	if err := f.Err(); err != nil {
		return k, "", err
	}
	plain, sum := id.Token()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if n.CustomerID != "" {
			if _, err := CustomerByID(ctx, tx, n.CustomerID); err != nil {
				return err
			}
		}
		k = APIKey{
			ID: id.New(), Name: name, CustomerID: n.CustomerID, Permissions: db.JSON[[]authz.Permission]{V: n.Permissions},
			CreatedBy: by.ID, CreatedAt: tx.Now, ExpiresAt: n.ExpiresAt,
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO api_keys (id, name, hash, customer_id, permissions, created_by, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			k.ID, k.Name, hex.EncodeToString(sum), db.Null(k.CustomerID), k.Permissions, k.CreatedBy, k.CreatedAt, k.ExpiresAt)
		if err != nil {
			return fmt.Errorf("insert an API key: %w", err)
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.key", Subject: k.ID, CustomerID: k.CustomerID, Name: "identity.key.create"})
	})
	if err != nil {
		return APIKey{}, "", err
	}
	return k, keyPrefix + plain, nil
}

// RevokeKey ends an API key at once.
func (s *Service) RevokeKey(ctx context.Context, by authz.Actor, keyID string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		k, err := db.One[APIKey](ctx, tx, selectKeys, db.If("id = ?", keyID))
		if db.NoRows(err) || err == nil && !by.May(MayEditKeys, authz.Place{Customer: k.CustomerID}) {
			return fault.New(fault.NotFound, "identity.key.not_found")
		}
		if err != nil {
			return fmt.Errorf("find API key %s: %w", keyID, err)
		}
		n, err := tx.Exec(ctx, `UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL`, tx.Now, keyID)
		if err != nil {
			return fmt.Errorf("revoke API key %s: %w", keyID, err)
		}
		if n == 0 {
			return nil
		}
		return s.Log.Record(ctx, tx, by, event.Event{Kind: "identity.key", Subject: k.ID, CustomerID: k.CustomerID, Name: "identity.key.revoke"})
	})
}

const selectKeys = `
	SELECT id, name, COALESCE(customer_id, '') AS customer_id, permissions, created_by, created_at, expires_at, used_at, revoked_at
	FROM api_keys
	WHERE {}`

// AuthenticateKey finds the program behind the secret of a Bearer header. One that is unknown, revoked or past its time
// is always the same fault.
func (s *Service) AuthenticateKey(ctx context.Context, secret string) (authz.Actor, APIKey, error) {
	refused := fault.New(fault.SignIn, "identity.key.refused")
	plain, ok := strings.CutPrefix(secret, keyPrefix)
	if !ok {
		return authz.Actor{}, APIKey{}, refused
	}
	now := s.DB.Now()
	k, err := db.One[APIKey](ctx, s.DB, selectKeys, db.If("hash = ?", digest(plain)))
	if db.NoRows(err) || err == nil && (k.RevokedAt != nil || k.ExpiresAt != nil && !now.Before(*k.ExpiresAt)) {
		return authz.Actor{}, APIKey{}, refused
	}
	if err != nil {
		return authz.Actor{}, APIKey{}, fmt.Errorf("find an API key: %w", err)
	}
	if k.UsedAt == nil || now.Sub(*k.UsedAt) >= coarse {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE api_keys SET used_at = $1 WHERE id = $2`, tx.Now, k.ID)
			return err
		})
		if err != nil {
			return authz.Actor{}, APIKey{}, fmt.Errorf("note that API key %s is in use: %w", k.ID, err)
		}
	}
	may, err := s.stillGiven(ctx, k)
	if err != nil {
		return authz.Actor{}, APIKey{}, err
	}
	g := authz.Grant{Scope: authz.All, May: may}
	if k.CustomerID != "" {
		g.Scope, g.ID = authz.Customer, k.CustomerID
	}
	return authz.Actor{ID: k.ID, Kind: authz.APIKey, Grants: []authz.Grant{g}}, k, nil
}

// stillGiven is what a key may do now: never more than whoever made it. A maker who has left takes the key's rights along.
func (s *Service) stillGiven(ctx context.Context, k APIKey) ([]authz.Permission, error) {
	if !id.Valid(k.CreatedBy) {
		return s.whileStanding(ctx, k, k.Permissions.V) // made by the system itself
	}
	seats, err := db.List[seat](ctx, s.DB, seatsByKey, db.If("s.id = ?", k.ID))
	if err != nil {
		return nil, fmt.Errorf("find who made API key %s: %w", k.ID, err)
	}
	if len(seats) == 0 {
		return nil, nil
	}
	_, p := s.who(seats)
	maker, at := s.Actor(p), authz.Place{Customer: k.CustomerID}
	may := slices.DeleteFunc(slices.Clone(k.Permissions.V), func(p authz.Permission) bool { return !maker.May(p, at) })
	if maker.Kind == authz.Staff { // whose own rights do not end with a customer's
		return s.whileStanding(ctx, k, may)
	}
	return may, nil
}

// whileStanding is what the status of a key's customer leaves of it.
func (s *Service) whileStanding(ctx context.Context, k APIKey, may []authz.Permission) ([]authz.Permission, error) {
	if k.CustomerID == "" {
		return may, nil
	}
	c, err := CustomerByID(ctx, s.DB, k.CustomerID)
	switch {
	case err != nil:
		return nil, err
	case c.Status == Closed:
		return nil, nil
	case c.Status == Blocked && s.Roles != nil:
		return slices.DeleteFunc(slices.Clone(may), func(p authz.Permission) bool { return !s.Roles.WhileBlocked(p) }), nil
	}
	return may, nil
}

// Keys lists the API keys that by may manage, newest first.
func Keys(ctx context.Context, q db.Q, by authz.Actor) ([]APIKey, error) {
	keys, err := db.List[APIKey](ctx, q, selectKeys+` ORDER BY created_at DESC, id DESC`,
		db.Reach(by.Reach(MayEditKeys), db.Columns{Customer: "customer_id"}))
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return keys, nil
}
