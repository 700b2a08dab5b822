package signup

import "testing"

func TestNamesAreAlikeWhereTheyCouldBeOneCompanys(t *testing.T) {
	for _, tt := range []struct {
		typed, register string
		want            bool
	}{
		{"Bjørk Lås AS", "BJØRK LÅS AS", true},
		{"Bjørk Lås", "BJØRK LÅS AS", true},
		{"Bjork Laas", "BJØRK LÅS AS", true},
		{"Låsesmeden", "LÅSESMEDEN OSLO SENTRUM AS", true},
		{"Granlia borettslag", "BORETTSLAGET GRANLIA", true},
		{"Brf Lingonbacken", "Bostadsrättsföreningen Lingonbacken", true},
		{"Nordlys Sikkerhet", "NORDLYS SIKKERHETSSYSTEMER AS", true},
		{"Alm Eiendom A/S", "Alm Ejendom", true},
		{"Bjørk Lås AS", "SYKKELREPARASJON NORD AS", false},
		{"Granlia borettslag", "BORETTSLAGET FURULIA TERRASSE", false},
		{"Brf Lingonbacken", "Bostadsrättsföreningen Skogsbrynet", false},
		{"", "BJØRK LÅS AS", false},
		{"AS", "AS", true},
	} {
		if got := alike(tt.typed, tt.register); got != tt.want {
			t.Errorf("%q and %q: %v", tt.typed, tt.register, got)
		}
	}
}
