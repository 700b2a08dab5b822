package stripe

import (
	"context"

	"skranke/internal/billing"
)

// Cancel lets a reservation go, which Release does for a page that has been paid on.
func Cancel(ctx context.Context, p billing.Provider, ref billing.Ref, key string) (billing.Report, error) {
	return p.(*provider).cancel(ctx, ref, key)
}
