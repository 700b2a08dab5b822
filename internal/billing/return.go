package billing

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"skranke/internal/fault"

	"github.com/google/uuid"
)

const (
	returnPurpose = "billing.return"
	// returnWait is how long a payer who comes back looks at an empty window.
	returnWait = 4 * time.Second
)

// returnURL is where the provider sends the payer back to. Its token opens nothing but the way back.
func (s *Service) returnURL(paymentID string) string {
	return s.BaseURL + "/pay/return/" + s.Signer.Token(returnPurpose, paymentID)
}

// paymentOf is the payment of a return token.
func (s *Service) paymentOf(token string) (string, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < 16 {
		return "", false
	}
	paymentID := uuid.UUID(b[:16]).String()
	return paymentID, subtle.ConstantTimeCompare([]byte(token), []byte(s.Signer.Token(returnPurpose, paymentID))) == 1
}

// Back is a payer who came back from the provider.
type Back struct {
	Payment Payment
	// Sure says that there is nothing to wait for. Else either the provider has Answered, and says that nobody has paid, or
	// it could not be reached in time.
	Sure, Answered bool
	// Path is where the payer goes on.
	Path string
}

// Returned finds out what came of a payer's visit to the provider. cancelled is what the address says: the payer went back
// without paying.
func (s *Service) Returned(ctx context.Context, token string, cancelled bool) (Back, error) {
	paymentID, ok := s.paymentOf(token)
	if !ok {
		return Back{}, fault.New(fault.NotFound, "link.not_found")
	}
	p, err := find(ctx, s.DB, paymentID)
	if err != nil {
		return Back{}, err
	}
	answered := true
	if p.State == Created {
		call, cancel := context.WithTimeout(ctx, returnWait)
		defer cancel()
		if looked, err := s.Look(call, p.ID); err == nil { // the page says that we are checking; the sweep asks again
			p = looked
		} else {
			answered = false
		}
	}
	return Back{Payment: p, Sure: p.State != Created || cancelled, Answered: answered, Path: s.pathBack(p)}, nil
}

// pathBack fills the secret of a link in, which the database does not keep.
func (s *Service) pathBack(p Payment) string {
	if p.ReturnKind == "" {
		return p.ReturnPath
	}
	return strings.Replace(p.ReturnPath, "%s", s.Signer.Token(p.ReturnKind, p.ReturnID), 1)
}
