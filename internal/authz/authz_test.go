package authz_test

import (
	"slices"
	"testing"

	"skranke/internal/authz"
)

const see, decide authz.Permission = "keys.see", "keys.decide"

var at = authz.Place{Customer: "oak", Group: "g1", Site: "oak-1", Owner: "rita", Subject: "o1"}

func TestMay(t *testing.T) {
	for _, tt := range []struct {
		name  string
		grant authz.Grant
		want  bool
	}{
		{"staff reach everything", authz.Grant{Scope: authz.All, May: []authz.Permission{see}}, true},
		{"the customer's own", authz.Grant{Scope: authz.Customer, ID: "oak", May: []authz.Permission{see}}, true},
		{"not another customer's", authz.Grant{Scope: authz.Customer, ID: "elm", May: []authz.Permission{see}}, false},
		{"the group's", authz.Grant{Scope: authz.Group, ID: "g1", May: []authz.Permission{see}}, true},
		{"the site's", authz.Grant{Scope: authz.Site, ID: "oak-1", May: []authz.Permission{see}}, true},
		{"not another site's", authz.Grant{Scope: authz.Site, ID: "oak-2", May: []authz.Permission{see}}, false},
		{"one's own", authz.Grant{Scope: authz.Self, ID: "rita", May: []authz.Permission{see}}, true},
		{"the linked record", authz.Grant{Scope: authz.Subject, ID: "o1", May: []authz.Permission{see}}, true},
		{"only what was granted", authz.Grant{Scope: authz.All, May: []authz.Permission{decide}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (authz.Actor{Grants: []authz.Grant{tt.grant}}).May(see, at); got != tt.want {
				t.Errorf("May = %v", got)
			}
		})
	}
	empty := authz.Grant{Scope: authz.Customer, May: []authz.Permission{see}}
	if (authz.Actor{Grants: []authz.Grant{empty}}).May(see, authz.Place{}) {
		t.Error("an empty id matched an empty place")
	}
}

func TestReachIsTheWidestScope(t *testing.T) {
	a := authz.Actor{Grants: []authz.Grant{
		{Scope: authz.Site, ID: "oak-1", May: []authz.Permission{see}},
		{Scope: authz.Customer, ID: "oak", May: []authz.Permission{see}},
		{Scope: authz.Customer, ID: "elm", May: []authz.Permission{see, decide}},
		{Scope: authz.Customer, ID: "elm", May: []authz.Permission{see}},
	}}
	if r := a.Reach(see); r.Scope != authz.Customer || !slices.Equal(r.IDs, []string{"oak", "elm"}) {
		t.Errorf("reach %+v", r)
	}
	if r := a.Reach("other"); !r.Nowhere() {
		t.Errorf("reach %+v, want nowhere", r)
	}
	if r := authz.SystemActor(see).Reach(see); r.Nowhere() || r.Scope != authz.All {
		t.Errorf("reach %+v, want all", r)
	}
}
