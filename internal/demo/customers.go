package demo

import (
	"skranke/internal/agreement"
	"skranke/internal/i18n"
	"skranke/internal/identity"
	"skranke/internal/keys"
)

// member is somebody at a customer.
type member struct {
	name, mailbox, phone string
	role                 identity.Role
	approves             bool // listed in the key agreement
}

// customer is a row of the table of customers: who it is, where, since when.
type customer struct {
	name, country, org, domain, phone string
	street, postcode, town            string
	kind                              identity.CustomerKind
	status                            identity.CustomerStatus
	l                                 i18n.L
	months                            int // since when, before today
	members                           []member
	sites                             []site
	systems                           []keySystem
	deal                              *deal
}

// The customers, in the order in which they came: the number of the first is the one of the start page's example.
var customers = []customer{
	{
		name: "Granlia borettslag", country: "NO", org: "310 417 262", domain: "granlia.example", phone: "+47 55 00 12 10",
		street: "Granlia 7", postcode: "5098", town: "Bergen", kind: identity.Association, l: i18n.NB, months: 92,
		members: []member{
			{"Torill Hagen", "torill.hagen", "+47 400 00 201", identity.Administrator, true},
			{"Arvid Nesse", "arvid.nesse", "+47 400 00 202", identity.Board, true},
			{"Shirin Tavakoli", "shirin.tavakoli", "+47 400 00 203", identity.Board, false},
			{"Rune Sletten", "vaktmester", "+47 400 00 204", identity.Caretaker, false},
		},
		sites: []site{
			{"Granlia 7 A", "Granlia 7 A", norwegian(8, 1, 5)}, {"Granlia 7 B", "Granlia 7 B", norwegian(8, 6, 10)}, {"Granlia 7 C", "Granlia 7 C", norwegian(8, 11, 15)},
		},
		systems: []keySystem{
			{keys.Fob, "FV-4417", "Brikkeanlegg, hele huset", "10441", []zone{{"1", "Inngang og bod"}, {"2", "Inngang, bod og garasje"}, {"3", "Alle fellesrom"}}, 5, 0},
			{keys.Key, "LS-2093", "Låssystem, leiligheter", "GR", []zone{{"GR1", "Leilighet og inngang"}, {"GR2", "Kjeller og sykkelrom"}}, 3, 0},
		},
		deal: &deal{payer: agreement.ResidentPays, approvals: 1, fob: 39_500, key: 32_000, fee: 9_500, freight: 7_900},
	},
	{
		name: "Havblikk Hotell AS", country: "NO", org: "310 742 082", domain: "havblikkhotell.example", phone: "+47 70 00 31 00",
		street: "Molovegen 3", postcode: "6004", town: "Ålesund", kind: identity.Company, l: i18n.NB, months: 81,
		members: []member{
			{"Randi Vartdal", "randi", "+47 400 00 211", identity.Administrator, false},
			{"Tomasz Zielinski", "drift", "+47 400 00 212", identity.Buyer, false},
		},
		systems: []keySystem{{keys.Fob, "FV-2205", "Adgang for ansatte", "22051", []zone{{"10", "Personalinngang"}, {"20", "Kjøkken og lager"}, {"30", "Teknisk rom"}}, 0, 84}},
	},
	{
		name: "Bostadsrättsföreningen Lingonbacken", country: "SE", org: "769699-4123", domain: "lingonbacken.example", phone: "+46 8 465 004 21",
		street: "Lingonbacken 1", postcode: "654 60", town: "Karlstad", kind: identity.Association, l: i18n.SV, months: 66,
		members: []member{
			{"Gunilla Hedberg", "gunilla.hedberg", "+46 70 174 06 11", identity.Administrator, true},
			{"Stefan Östman", "stefan.ostman", "+46 70 174 06 12", identity.Board, true},
			{"Amina Warsame", "amina.warsame", "+46 70 174 06 13", identity.Board, false},
			{"Kent Rydell", "fastighet", "+46 70 174 06 14", identity.Caretaker, false},
		},
		sites: []site{
			{"Lingonbacken 1", "Lingonbacken 1", swedish(1, 12)},
			{"Lingonbacken 3", "Lingonbacken 3", swedish(13, 24)},
			{"Lingonbacken 5", "Lingonbacken 5", swedish(25, 36)},
			{"Lingonbacken 7", "Lingonbacken 7", swedish(37, 48)},
		},
		systems: []keySystem{
			{keys.Fob, "FV-6120", "Taggar, hela föreningen", "61204", []zone{{"1", "Entré och förråd"}, {"2", "Entré, förråd och garage"}, {"3", "Tvättstuga och gästlägenhet"}}, 4, 0},
			{keys.Key, "LS-6121", "Låssystem, lägenheter", "LB", []zone{{"LB1", "Lägenhet och entré"}, {"LB2", "Cykelrum"}}, 2, 0},
		},
		deal: &deal{payer: agreement.ResidentPays, approvals: 1, fob: 42_000, key: 35_000, fee: 9_000, freight: 6_500},
	},
	{
		name: "Elvebredden Legesenter AS", country: "NO", org: "310 964 204", domain: "elvebredden.example", phone: "+47 73 00 45 60",
		street: "Elvegata 14", postcode: "7043", town: "Trondheim", kind: identity.Company, l: i18n.NB, months: 58,
		members: []member{
			{"Lars Petter Ryen", "lars.petter", "+47 400 00 221", identity.Administrator, false},
			{"Hilde Sjøli", "resepsjon", "+47 400 00 222", identity.Buyer, false},
		},
		systems: []keySystem{{keys.Key, "LS-3310", "Låssystem, legesenteret", "EL", []zone{{"EL1", "Kontorer"}, {"EL2", "Medisinrom"}, {"EL3", "Hovednøkkel"}}, 0, 42}},
	},
	{
		name: "Furumoen borettslag", country: "NO", org: "310 639 516", domain: "furumoen.example", phone: "+47 62 00 18 40",
		street: "Furumoen 12", postcode: "2319", town: "Hamar", kind: identity.Association, l: i18n.NB, months: 51,
		members: []member{
			{"Kåre Engebakken", "styret", "+47 400 00 231", identity.Administrator, true},
			{"Solveig Brenden", "solveig.brenden", "+47 400 00 232", identity.Board, false},
		},
		sites:   []site{{"Furumoen 12", "Furumoen 12", norwegian(5, 1, 8)}},
		systems: []keySystem{{keys.Fob, "FV-3308", "Brikkeanlegg, inngang", "33080", []zone{{"1", "Inngang"}, {"2", "Inngang og sportsbod"}}, 4, 0}},
		deal:    &deal{payer: agreement.ResidentPays, approvals: 1, fob: 37_500, fee: 9_500, freight: 7_900, ended: 4},
	},
	{
		name: "Andelsboligforeningen Mågevangen", country: "DK", org: "94 12 08 37", domain: "maagevangen.example", phone: "+45 20 00 00 40",
		street: "Mågevangen 2", postcode: "8200", town: "Aarhus N", kind: identity.Association, l: i18n.DA, months: 44,
		members: []member{
			{"Birgitte Østerby", "birgitte", "+45 20 00 00 41", identity.Administrator, true},
			{"Jens Kragelund", "jens", "+45 20 00 00 42", identity.Board, true},
			{"Flemming Toft", "vicevaert", "+45 20 00 00 43", identity.Caretaker, false},
		},
		sites: danishSites("Mågevangen", 15),
		systems: []keySystem{
			{keys.Fob, "FV-8240", "Nøglebrikker, hele foreningen", "82402", []zone{{"1", "Opgang"}, {"2", "Opgang og cykelkælder"}, {"3", "Vaskeri og fælleshus"}}, 4, 0},
			{keys.Key, "LS-8241", "Låsesystem, lejligheder", "MV", []zone{{"MV1", "Lejlighed og opgang"}}, 2, 0},
		},
		deal: &deal{payer: agreement.AssociationPays, approvals: 1, fob: 32_500, key: 28_000, fee: 7_500, freight: 5_500},
	},
	{
		name: "Björkdungens Bageri AB", country: "SE", org: "559999-2319", domain: "bjorkdungen.example", phone: "+46 31 390 06 20",
		street: "Kardemummagatan 8", postcode: "415 05", town: "Göteborg", kind: identity.Company, l: i18n.SV, months: 37,
		members: []member{{"Malin Åkesson", "malin", "+46 70 174 06 21", identity.Administrator, false}},
	},
	{
		name: "Sameiet Bryggekanten", country: "NO", org: "310 528 145", domain: "bryggekanten.example", phone: "+47 73 00 52 00",
		street: "Bryggekanten 1", postcode: "7042", town: "Trondheim", kind: identity.Association, l: i18n.NB, months: 30,
		members: []member{
			{"Eirik Stenvold", "eirik.stenvold", "+47 400 00 241", identity.Administrator, true},
			{"Nina Krogstad", "nina.krogstad", "+47 400 00 242", identity.Board, true},
			{"Yusuf Demir", "yusuf.demir", "+47 400 00 243", identity.Board, true},
			{"Astrid Helleland", "forvaltning", "+47 400 00 244", identity.Manager, false},
			{"Geir Opdal", "drift", "+47 400 00 245", identity.Caretaker, false},
		},
		sites: []site{
			{"Bryggekanten 1", "Bryggekanten 1", norwegian(10, 1, 8)},
			{"Bryggekanten 2", "Bryggekanten 2", norwegian(10, 9, 16)},
			{"Bryggekanten 3", "Bryggekanten 3", norwegian(10, 17, 24)},
			{"Bryggekanten 4", "Bryggekanten 4", norwegian(10, 25, 32)},
			{"Bryggekanten 5", "Bryggekanten 5", norwegian(10, 33, 40)},
		},
		systems: []keySystem{
			{keys.Fob, "FV-7042", "Brikkeanlegg, bygg 1–5", "70421", []zone{{"1", "Inngang"}, {"2", "Inngang og garasje"}, {"3", "Inngang, garasje og takterrasse"}, {"4", "Sykkelverksted"}}, 5, 0},
		},
		deal: &deal{payer: agreement.ResidentPays, approvals: 2, fob: 45_000, fee: 12_000, freight: 7_900},
	},
	{
		name: "Kløverbakkens Tømrerfirma ApS", country: "DK", org: "94 23 51 70", domain: "kloverbakken.example", phone: "+45 20 00 00 60",
		street: "Kløverbakken 21", postcode: "8660", town: "Skanderborg", kind: identity.Company, status: identity.OnHold, l: i18n.DA, months: 24,
		members: []member{{"Søren Balle", "soren", "+45 20 00 00 61", identity.Administrator, false}, {"Lone Winther", "kontor", "+45 20 00 00 62", identity.Buyer, false}},
	},
	{
		name: "Tindegrend Regnskap AS", country: "NO", org: "310 851 639", domain: "tindegrend.example", phone: "+47 77 00 60 10",
		street: "Nordre Tindeveg 5", postcode: "9008", town: "Tromsø", kind: identity.Company, l: i18n.NB, months: 19,
		members: []member{{"Berit Anne Jovnna", "berit.anne", "+47 400 00 251", identity.Administrator, false}},
	},
	{
		name: "Västanviks Logistik AB", country: "SE", org: "559999-6484", domain: "vastanvik.example", phone: "+46 980 319 210",
		street: "Terminalvägen 40", postcode: "852 29", town: "Sundsvall", kind: identity.Company, l: i18n.SV, months: 15,
		members: []member{{"Håkan Sjögren", "hakan", "+46 70 174 06 31", identity.Administrator, false}, {"Leila Karimi", "terminal", "+46 70 174 06 32", identity.Manager, false}},
	},
	{
		name: "Havnefrontens Revision ApS", country: "DK", org: "94 34 86 25", domain: "havnefronten.example", phone: "+45 20 00 00 70",
		street: "Pakhuskajen 9", postcode: "5000", town: "Odense C", kind: identity.Company, status: identity.Blocked, l: i18n.DA, months: 14,
		members: []member{{"Anne-Mette Skou", "anne-mette", "+45 20 00 00 71", identity.Administrator, false}},
	},
}
