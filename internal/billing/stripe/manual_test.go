package stripe_test

import (
	"os"
	"strings"
	"testing"

	"skranke/internal/billing/stripe"
)

func TestTheManualListsTheEventsOfTheWebhookEndpoint(t *testing.T) {
	text, err := os.ReadFile("../../../docs/operating.md")
	check(t, err)
	for _, e := range stripe.Events {
		if !strings.Contains(string(text), "`"+e+"`") {
			t.Errorf("docs/operating.md does not list %s", e)
		}
	}
	if !strings.Contains(string(text), "/webhooks/cards/"+stripe.Name+"`") {
		t.Error("docs/operating.md does not say where the endpoint is")
	}
}
