package identity

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"skranke/internal/id"

	"golang.org/x/crypto/argon2"
)

// cost is how much work one password takes: OWASP's second choice of 2025, which fits small machines.
type cost struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

var usualCost = cost{memory: 19 * 1024, time: 2, threads: 1}

const (
	saltBytes = 16
	hashBytes = 32
)

// derived adds up the memory that passwords have been hashed in, in KiB: the test of equal work reads it.
var derived atomic.Int64

// hashing bounds the memory that passwords take, whoever signs in at once.
var hashing = make(chan struct{}, 2)

// derive waits for its turn and does the work.
func derive(ctx context.Context, password string, salt []byte, c cost, n uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	derived.Add(int64(c.memory) * int64(c.time))
	return argon2.IDKey([]byte(password), salt, c.time, c.memory, c.threads, n), nil
}

// hashPassword gives the stored form of a password, in the PHC string format.
func hashPassword(ctx context.Context, password string) (string, error) {
	_, random := id.Token()
	salt := random[:saltBytes]
	sum, err := derive(ctx, password, salt, usualCost, hashBytes)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, usualCost.memory, usualCost.time, usualCost.threads,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// checkPassword compares a typed password with its stored form; stale asks for a new one with today's cost. Without a
// stored form the same work is done for nothing, so that time does not tell who has an account.
func checkPassword(ctx context.Context, password, stored string) (ok, stale bool, err error) {
	if stored == "" {
		_, err := derive(ctx, password, make([]byte, saltBytes), usualCost, hashBytes)
		return false, false, err
	}
	c, salt, want, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	got, err := derive(ctx, password, salt, c, uint32(len(want))) //nolint:gosec // a hash is short
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, want) == 1
	return ok, ok && (c != usualCost || len(want) != hashBytes), nil
}

var errPHC = errors.New("the stored password is not in a known form")

func parsePHC(s string) (c cost, salt, hash []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.threads); err != nil || c.time == 0 || c.threads == 0 {
		return c, nil, nil, errPHC
	}
	b64 := base64.RawStdEncoding.Strict()
	if salt, err = b64.DecodeString(parts[4]); err != nil {
		return c, nil, nil, errPHC
	}
	if hash, err = b64.DecodeString(parts[5]); err != nil || len(hash) < 16 {
		return c, nil, nil, errPHC
	}
	return c, salt, hash, nil
}
