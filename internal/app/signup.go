package app

import (
	"fmt"

	"skranke/internal/registry"
	"skranke/internal/signup"
	"skranke/internal/signup/signupweb"
)

// signUp sets up how companies register themselves, with the public registers that are configured.
func (a *App) signUp() error {
	norway, err := registry.Norway(a.RegistryNO, a.DB.Now)
	if err != nil {
		return fmt.Errorf("setting registry-no: %w", err)
	}
	a.Signup = &signup.Service{
		DB: a.DB, Log: a.Log, Identity: a.Identity, Approvals: a.Approvals, Mail: a.Mail, Links: a.Links,
		Register: registry.ByCountry{"NO": norway}, Zone: a.Zone,
	}
	return nil
}

func (a *App) signUpPages() *signupweb.Pages {
	return &signupweb.Pages{Signup: a.Signup, Closed: !a.Registration, Home: home(false), Zone: a.Zone, Names: a.names}
}

// register is where companies register themselves, or empty.
func (a *App) register() string {
	if a.Registration {
		return signupweb.Path
	}
	return ""
}

func parseRegistration(s *Settings, v string) error {
	if v != "on" && v != "off" {
		return fmt.Errorf("%q is not on or off", v)
	}
	s.Registration = v == "on"
	return nil
}
