package keysweb_test

import (
	"skranke/internal/authz"
	"skranke/internal/keys/keystest"
)

func (s *site) all() authz.Actor { return keystest.All }
