package keysweb

import "skranke/internal/web"

// officeRoutes is a place holder: the office pages replace this file.
func officeRoutes(*Pages) []web.Route { return nil }
