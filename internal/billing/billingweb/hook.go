package billingweb

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"skranke/internal/billing"
)

// hear takes a webhook. Whoever is not the provider learns nothing but that it was refused; news that came before is
// answered like the first time.
func (p *Pages) hear(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read webhook: %w", err)
	}
	err = p.Billing.Hear(r.Context(), r.PathValue("provider"), r.Header, body)
	if errors.Is(err, billing.ErrSignature) {
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	return err // nil answers 200
}
