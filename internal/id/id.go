// Package id makes identifiers and secrets, and checks the numbers that registers give to organisations.
//
// It is the home of randomness: nothing else in the product draws any, so that a demonstration or a test can be made
// from a source it knows.
package id

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// source replaces the system's randomness while it is set.
var source atomic.Pointer[lockedReader]

// lockedReader lets several goroutines draw from a source that was made for one.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

// Read fills p.
func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return io.ReadFull(l.r, p)
}

// SetSource makes every identifier and secret from r until restore is called. It is for demonstrations and tests: the
// whole program shares the source, and secrets are as easy to guess as r is.
func SetSource(r io.Reader) (restore func()) {
	old := source.Swap(&lockedReader{r: r})
	return func() { source.Store(old) }
}

func random() io.Reader {
	if s := source.Load(); s != nil {
		return s
	}
	return rand.Reader
}

// draw fills b. A machine that has no randomness cannot keep a secret, so the program must not go on.
func draw(b []byte) {
	if _, err := io.ReadFull(random(), b); err != nil {
		panic(fmt.Sprintf("id: no randomness: %v", err))
	}
}

// New is an identifier for a new row: a UUIDv7, so that the order of ids is the order in which they were made.
func New() string {
	u, err := uuid.NewV7FromReader(random())
	if err != nil {
		panic(fmt.Sprintf("id: no randomness: %v", err))
	}
	return u.String()
}

// NewAt is an identifier as it would have been made at t, for history that is written afterwards. Within one millisecond
// the order is random.
func NewAt(t time.Time) string {
	var u uuid.UUID
	draw(u[6:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(t.UnixMilli()))
	copy(u[:6], ms[2:])
	u[6] = 0x70 | u[6]&0x0f // version 7
	u[8] = 0x80 | u[8]&0x3f // RFC 9562 variant
	return u.String()
}

// Valid says whether s is an identifier in the form New gives, so that an address with anything else in it can be
// answered without asking the database.
func Valid(s string) bool {
	if len(s) != 36 {
		return false // uuid.Validate also takes braces and urn:uuid:
	}
	u, err := uuid.Parse(s)
	return err == nil && u.String() == s
}

// tokenBytes is 256 bits: beyond guessing, however many requests are made.
const tokenBytes = 32

// Token is a new secret for a link, a session or an API key. The plain form leaves the program once; only the hash is
// stored, so that a stolen database opens nothing.
func Token() (plain string, hash []byte) {
	var b [tokenBytes]byte
	draw(b[:])
	plain = base64.RawURLEncoding.EncodeToString(b[:])
	return plain, HashToken(plain)
}

// HashToken is the stored form of a secret. It is fast and unsalted, which is right for 256 random bits and wrong for a
// password.
func HashToken(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

// Code is a secret of n digits for a person to read and type. Its guesses have to be limited by whoever checks it.
func Code(n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		draw(b[:])
		if b[0] < 250 { // the rest would make the first six digits likelier
			out = append(out, '0'+b[0]%10)
		}
	}
	return string(out)
}
