package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"skranke/internal/db"
	"skranke/internal/fault"
)

const (
	maxKey    = 200
	keepFor   = 24 * time.Hour
	giveUpFor = 2 * time.Minute // a call that died while it ran is free to be made again after this
)

type answer struct {
	Request, Content, Body string
	Status                 int64
	CreatedAt              time.Time
}

// once answers a POST with an idempotency key: the first call runs and its answer is kept for a day, a repeated one gets
// that answer, the same key with another request is refused, and so is a call while the first still runs.
func (a *API) once(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		writeProblem(w, r.Context(), err)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(append([]byte(r.Method+" "+r.URL.RequestURI()+"\n"), body...))
	key, request := r.Header.Get("Idempotency-Key"), hex.EncodeToString(sum[:])
	kept, err := a.claim(r.Context(), key, request)
	switch {
	case err != nil:
		writeProblem(w, r.Context(), err)
		return
	case kept != nil:
		w.Header().Set("Content-Type", kept.Content)
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(int(kept.Status))
		_, _ = io.WriteString(w, kept.Body) // the caller went away: nobody to tell
		return
	}
	rec := &keeper{ResponseWriter: w, status: http.StatusOK}
	a.mux.ServeHTTP(rec, r)
	ctx := context.WithoutCancel(r.Context()) // the answer is kept even when the caller has gone
	if err := a.keep(ctx, key, rec); err != nil {
		a.cfg.Log.ErrorContext(ctx, "answer not kept", "request", of(ctx).id, "err", err)
	}
}

// claim takes the key for this call, or gives the answer of an earlier one.
func (a *API) claim(ctx context.Context, key, request string) (kept *answer, err error) {
	if len(key) > maxKey {
		return nil, fault.Field("Idempotency-Key", "api.idempotency_key_long")
	}
	by := Actor(ctx).ID
	err = a.cfg.DB.InTx(ctx, func(tx *db.Tx) error {
		kept = nil
		if _, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE actor = $1 AND key = $2 AND (created_at <= $3 OR status = 0 AND created_at <= $4)`,
			by, key, tx.Now.Add(-keepFor), tx.Now.Add(-giveUpFor)); err != nil {
			return fmt.Errorf("free idempotency key: %w", err)
		}
		n, err := tx.Exec(ctx, `INSERT INTO idempotency_keys (actor, key, request, status, content, body, created_at) VALUES ($1, $2, $3, 0, '', '', $4) ON CONFLICT (actor, key) DO NOTHING`,
			by, key, request, tx.Now)
		if err != nil || n == 1 {
			return err
		}
		old, err := db.One[answer](ctx, tx, `SELECT request, status, content, body, created_at FROM idempotency_keys WHERE actor = $1 AND key = $2`, by, key)
		switch {
		case err != nil:
			return fmt.Errorf("read idempotency key: %w", err)
		case old.Request != request:
			return fault.New(fault.Conflict, "api.idempotency_key_reused")
		case old.Status == 0:
			return fault.New(fault.Conflict, "api.still_running")
		}
		kept = &old
		return nil
	})
	return kept, err
}

// keep stores the answer; after a failure of ours the key is free again, since nothing was changed.
func (a *API) keep(ctx context.Context, key string, rec *keeper) error {
	return a.cfg.DB.InTx(ctx, func(tx *db.Tx) (err error) {
		by := Actor(ctx).ID
		if rec.status >= http.StatusInternalServerError {
			_, err = tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE actor = $1 AND key = $2`, by, key)
		} else {
			_, err = tx.Exec(ctx, `UPDATE idempotency_keys SET status = $1, content = $2, body = $3 WHERE actor = $4 AND key = $5`,
				rec.status, rec.Header().Get("Content-Type"), rec.body.String(), by, key)
		}
		return err
	})
}

// Sweep drops answers that are a day old.
func Sweep(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM idempotency_keys WHERE created_at <= $1`, tx.Now.Add(-keepFor)); err != nil {
		return fmt.Errorf("sweep idempotency keys: %w", err)
	}
	return nil
}

// keeper copies what is answered.
type keeper struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status.
func (k *keeper) WriteHeader(status int) {
	k.status = status
	k.ResponseWriter.WriteHeader(status)
}

// Write copies the body.
func (k *keeper) Write(b []byte) (int, error) {
	k.body.Write(b)
	return k.ResponseWriter.Write(b)
}

// writeProblem answers before or beside an operation.
func writeProblem(w http.ResponseWriter, ctx context.Context, err error) { //nolint:revive // the writer comes first, as everywhere in net/http
	p := problemOf(ctx, err)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller went away: nobody to tell
}
