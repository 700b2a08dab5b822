package keysweb

import "skranke/internal/web"

func publicRoutes(*Pages) []web.Route { return nil }
