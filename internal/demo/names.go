package demo

import (
	"strings"

	"skranke/internal/i18n"
)

// given and family names of residents, by the language of the association: a mixture as it stands on real doorbells.
var firstNames = map[i18n.L][]string{
	i18n.NB: {
		"Nora", "Emil", "Aisha", "Håkon", "Ingrid", "Piotr", "Sigrid", "Magnus", "Liv", "Odd", "Thea", "Jakub", "Gro", "Kristian", "Fatima", "Sindre", "Vilde", "Per", "Anne",
		"Oskar", "Hege", "Ahmed", "Tuva", "Leif", "Marte", "Even", "Unni", "Samuel", "Siri", "Bjarne",
	},
	i18n.SV: {
		"Alva", "Lars", "Maryam", "Elsa", "Nils", "Birgitta", "Viktor", "Åsa", "Omar", "Linnea", "Göran", "Freja", "Anders", "Ylva", "Hugo", "Kerstin", "Tove", "Mats", "Samira",
		"Ludvig", "Eva", "Johan", "Signe", "Roland", "Sara",
	},
	i18n.DA: {
		"Frida", "Mads", "Karen", "Asger", "Sofie", "Hassan", "Bodil", "Rasmus", "Ida", "Niels", "Mille", "Villads", "Inger", "Christian", "Nadia", "Storm", "Lærke", "Poul", "Gitte",
		"Bertram", "Marie", "Torben", "Astrid", "Kirsten",
	},
}

var familyNames = map[i18n.L][]string{
	i18n.NB: {
		"Solbakken", "Myrvold", "Haugland", "Nowak", "Tveit", "Rognstad", "Bjørnstad", "Hussain", "Lunde", "Skogheim", "Aasen", "Kvamme", "Dalen", "Eliassen", "Brekke", "Nguyen", "Fjeldstad",
		"Sørli", "Røed", "Vik", "Torgersen", "Ødegård", "Mehmeti", "Strøm", "Hovland", "Grimstad", "Kleven", "Sandvik", "Berge", "Nilsen",
	},
	i18n.SV: {
		"Sandström", "Ekdahl", "Hosseini", "Norberg", "Lilja", "Blomgren", "Wikström", "Åberg", "Mattsson", "Ström", "Yilmaz", "Söderholm", "Granath", "Falk", "Nyström", "Hallgren", "Ek", "Forslund",
		"Björk", "Ahlgren", "Sundin", "Kowalski", "Wallin", "Dahlberg", "Öberg",
	},
	i18n.DA: {
		"Vestergaard", "Kjær", "Ravn", "Holst", "Lund", "Abdi", "Bak", "Nygaard", "Thomsen", "Skov", "Mogensen", "Dam", "Overgaard", "Brandt", "Friis", "Ali", "Kruse", "Søgaard", "Lauridsen", "Juhl",
		"Bach", "Hedegaard", "Munk", "Smed",
	},
}

// name is somebody's full name.
func (b *builder) name(l i18n.L) string {
	return pick(b, firstNames[l]) + " " + pick(b, familyNames[l])
}

// family is who lives in a flat: the same people whenever it is asked.
func (b *builder) family(h *house, f home) []string {
	if all, ok := b.homes[f.ID]; ok {
		return all
	}
	shared := pick(b, familyNames[h.l])
	var all []string
	for range b.between(1, 3) {
		all = append(all, pick(b, firstNames[h.l])+" "+shared)
	}
	if len(all) == 3 && all[0] == all[1] {
		all = all[1:]
	}
	b.homes[f.ID] = all
	return all
}

var plain = strings.NewReplacer("æ", "ae", "ø", "o", "å", "a", "ä", "a", "ö", "o", "é", "e", " ", ".", "-", "")

// mailbox is the e-mail address of a resident.
func mailbox(name string, l i18n.L) string {
	return plain.Replace(strings.ToLower(name)) + "@" + map[i18n.L]string{i18n.NB: "epost.example", i18n.SV: "mejl.example", i18n.DA: "mail.example"}[l]
}
