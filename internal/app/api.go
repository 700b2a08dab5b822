package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"skranke/internal/api"
	"skranke/internal/authz"
	"skranke/internal/identity"
	"skranke/internal/identity/identityapi"
	"skranke/internal/keys"
	"skranke/internal/keys/keysapi"
)

// apiVersion is the version of the API, not of the program.
const apiVersion = "1.0.0"

// api is every operation of the installation.
func (a *App) api() http.Handler {
	x := api.New(api.Config{DB: a.DB, Log: a.Slog, Version: apiVersion, Authenticate: func(ctx context.Context, key string) (authz.Actor, error) {
		actor, _, err := a.Identity.AuthenticateKey(ctx, key)
		return actor, err
	}})
	a.operations(x)
	return x
}

func (a *App) operations(x *api.API) {
	identityapi.Register(x, a.Identity)
	if a.Has(ModuleKeys) {
		keysapi.Register(x, a.Keys)
	}
}

// description is the OpenAPI document of an installation with every module.
func description() (string, error) {
	x := api.New(api.Config{Version: apiVersion})
	(&App{Settings: Settings{Modules: allModules}, Identity: &identity.Service{}, Keys: &keys.Service{}}).operations(x)
	raw, err := json.Marshal(x.OpenAPI())
	if err != nil {
		return "", fmt.Errorf("describe the API: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return "", fmt.Errorf("describe the API: %w", err)
	}
	return b.String() + "\n", nil
}
