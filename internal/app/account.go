package app

import "skranke/internal/identity"

// accounts is what people do with their own accounts.
func (a *App) accounts() *identity.Accounts {
	return &identity.Accounts{Identity: a.Identity, Jobs: a.Jobs, Mail: a.Mail, Links: a.Links, Firm: a.Brand.Name, Zone: a.Zone}
}
