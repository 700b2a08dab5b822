package id_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"skranke/internal/id"
)

// These tests change the program's one source of randomness, so none of them runs in parallel.

func TestIDsAreInTheOrderInWhichTheyWereMade(t *testing.T) {
	ids := make([]string, 2000)
	for i := range ids {
		ids[i] = id.New()
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("ids are not in order, or two are the same")
	}
	for _, s := range ids[:3] {
		u, err := uuid.Parse(s)
		if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 || !id.Valid(s) {
			t.Errorf("%s is no UUIDv7: version %v, variant %v, %v", s, u.Version(), u.Variant(), err)
		}
	}
}

func TestIDsOfThePastStandBeforeThoseOfToday(t *testing.T) {
	then := time.Date(2025, time.November, 20, 10, 0, 0, 0, time.UTC)
	a, b, now := id.NewAt(then), id.NewAt(then.Add(time.Millisecond)), id.New()
	if a >= b || b >= now || id.NewAt(then) == a {
		t.Errorf("%s, %s and %s are not in order", a, b, now)
	}
	u, err := uuid.Parse(a)
	if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Fatalf("%s is no UUIDv7: %v", a, err)
	}
	if sec, nsec := u.Time().UnixTime(); !time.Unix(sec, nsec).Equal(then) {
		t.Errorf("%s says it was made at %v", a, time.Unix(sec, nsec).UTC())
	}
}

func TestOnlyTheWrittenFormIsAnID(t *testing.T) {
	good := id.New()
	for _, s := range []string{"", "x", good[:35], good + "0", strings.ToUpper(good[:35]) + "A", "{" + good + "}", "urn:uuid:" + good, strings.ReplaceAll(good, "-", "_"), good[:35] + "é"} {
		if id.Valid(s) {
			t.Errorf("%q is taken for an id", s)
		}
	}
	if !id.Valid(good) {
		t.Errorf("%q is not taken for an id", good)
	}
}

func TestASecretIsKeptAsItsHash(t *testing.T) {
	plain, hash := id.Token()
	raw, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || len(raw) != 32 || len(hash) != 32 {
		t.Errorf("%d bytes of secret, %d of hash, %v; want 32 and 32", len(raw), len(hash), err)
	}
	if !bytes.Equal(hash, id.HashToken(plain)) || bytes.Contains(hash, raw[:8]) {
		t.Error("the hash is not that of the secret")
	}
	other, otherHash := id.Token()
	if other == plain || bytes.Equal(hash, otherHash) || bytes.Equal(hash, id.HashToken(plain+"=")) {
		t.Error("two secrets are the same")
	}
}

func TestACodeHasTheWantedDigitsAllEquallyLikely(t *testing.T) {
	defer id.SetSource(rand.NewChaCha8([32]byte{1}))()
	var seen [10]int
	for _, c := range id.Code(10_000) {
		if c < '0' || c > '9' {
			t.Fatalf("%q is no digit", c)
		}
		seen[c-'0']++
	}
	for digit, n := range seen {
		if n < 900 || n > 1100 {
			t.Errorf("%d came %d times in 10000", digit, n)
		}
	}
	if len(id.Code(6)) != 6 || id.Code(0) != "" {
		t.Error("a code has not as many digits as asked for")
	}
}

func TestAKnownSourceGivesTheSameSecretsAgain(t *testing.T) {
	draw := func() []string {
		defer id.SetSource(rand.NewChaCha8([32]byte{7}))()
		plain, _ := id.Token()
		return []string{plain, id.Code(6), id.NewAt(time.UnixMilli(1_700_000_000_000))}
	}
	first, second := draw(), draw()
	if !slices.Equal(first, second) {
		t.Errorf("first %q, then %q", first, second)
	}
	if plain, _ := id.Token(); plain == first[0] {
		t.Error("the system's randomness was not put back")
	}
}

func TestAKnownSourceServesManyAtOnce(t *testing.T) {
	defer id.SetSource(rand.NewChaCha8([32]byte{9}))()
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[string]bool{}
	for range 8 {
		wg.Go(func() {
			for range 100 {
				plain, _ := id.Token()
				mu.Lock()
				seen[plain], seen[id.New()] = true, true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 1600 {
		t.Errorf("%d different of 1600", len(seen))
	}
}

type dry struct{}

func (dry) Read([]byte) (int, error) { return 0, errors.New("dry") }

func TestWithoutRandomnessNothingIsMade(t *testing.T) {
	defer id.SetSource(dry{})()
	for name, f := range map[string]func(){
		"New":   func() { id.New() },
		"NewAt": func() { id.NewAt(time.UnixMilli(0)) },
		"Token": func() { id.Token() },
		"Code":  func() { id.Code(6) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s made something", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_ = id.New()
	}
}
