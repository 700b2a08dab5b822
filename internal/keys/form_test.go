package keys_test

import (
	"maps"
	"testing"

	"skranke/internal/agreement"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/money"
)

func good() keys.Form {
	return keys.Form{
		Product: "fob", AgreementID: "a", AskedBy: keys.Resident, CustomerNumber: "1042", SystemNumber: "4127", Code: "07", Purpose: keys.Additional,
		Quantity: "2", Flat: "H0203", Name: "Kari Nes", Email: "kari@home.example", Phone: "+47 400 00 000", Delivery: keys.Post, Street: "Lia 2", Postcode: "1430", Town: "Ås",
	}
}

func TestKEY2_EachFieldSaysWhatIsWrongWithIt(t *testing.T) {
	numbers, you := keys.Form.CheckNumbers, func(f keys.Form) error { return f.CheckYou("NO") }
	for _, tt := range []struct {
		name   string
		change func(f *keys.Form)
		check  func(f keys.Form) error
		want   map[string]string
	}{
		{"all in order", func(*keys.Form) {}, numbers, nil},
		{"no product", func(f *keys.Form) { f.Product = "door" }, keys.Form.CheckWho, map[string]string{"product": "keys.form.product"}},
		{"nothing chosen", func(f *keys.Form) { *f = keys.Form{} }, keys.Form.CheckWho, map[string]string{"product": "keys.form.product", "agreement": "keys.form.association", "asked_by": "keys.form.asked_by"}},
		{"no zone", func(f *keys.Form) { f.Code = "" }, numbers, map[string]string{"code": "keys.form.zone_number"}},
		{"no key mark", func(f *keys.Form) { f.Product, f.Code = "key", "" }, numbers, map[string]string{"code": "keys.form.key_mark"}},
		{"none at all", func(f *keys.Form) { f.Quantity = "0" }, numbers, map[string]string{"quantity": "keys.form.quantity"}},
		{"too many", func(f *keys.Form) { f.Quantity = "21" }, numbers, map[string]string{"quantity": "keys.form.quantity"}},
		{"half a fob", func(f *keys.Form) { f.Quantity = "1,5" }, numbers, map[string]string{"quantity": "keys.form.quantity"}},
		{"a novel for a number", func(f *keys.Form) { f.SystemNumber = "12345678901234567890123456789012345678901" }, numbers, map[string]string{"system_number": "keys.form.too_long"}},
		{"all in order for you", func(*keys.Form) {}, you, nil},
		{"no mail address", func(f *keys.Form) { f.Email = "kari@home" }, you, map[string]string{"email": "keys.form.email"}},
		{"two mail addresses", func(f *keys.Form) { f.Email = "a@home.example, b@home.example" }, you, map[string]string{"email": "keys.form.email"}},
		{"a name in the address", func(f *keys.Form) { f.Email = "Kari <kari@home.example>" }, you, map[string]string{"email": "keys.form.email"}},
		{"too short a phone number", func(f *keys.Form) { f.Phone = "400 00" }, you, map[string]string{"phone": "keys.form.phone"}},
		{"words for a phone number", func(f *keys.Form) { f.Phone = "ring Kari 40000000" }, you, map[string]string{"phone": "keys.form.phone"}},
		{"five digits where there are four", func(f *keys.Form) { f.Postcode = "14300" }, you, map[string]string{"postcode": "keys.form.postcode_4"}},
		{
			"no address by post", func(f *keys.Form) { f.Street, f.Postcode, f.Town = "", "", "" }, you,
			map[string]string{"street": "keys.form.street", "postcode": "keys.form.postcode_4", "town": "keys.form.town"},
		},
		{"no address when collected", func(f *keys.Form) { f.Delivery, f.Street, f.Postcode, f.Town = keys.Pickup, "", "", "" }, you, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			tt.change(&f)
			if got := fault.FieldsOf(tt.check(f)); !maps.Equal(got, tt.want) {
				t.Errorf("fields are %v, want %v", got, tt.want)
			}
			for _, code := range tt.want {
				if !i18n.HasCode(code) {
					t.Errorf("%s has no words", code)
				}
			}
		})
	}
}

func TestSwedishPostcodesHaveFiveDigits(t *testing.T) {
	f := good()
	if got := fault.FieldsOf(f.CheckYou("SE"))["postcode"]; got != "keys.form.postcode_5" {
		t.Errorf("1430 in Sweden: %q", got)
	}
	f.Postcode = "114 30"
	if err := f.CheckYou("SE"); err != nil {
		t.Errorf("114 30 in Sweden: %v", err)
	}
}

func TestWhatDatabasesRefuseIsTakenOutOfTheForm(t *testing.T) {
	f := keys.Form{Name: " Kari\x00Nes\xff ", Town: "\tÅs\n"}.Trim()
	if f.Name != "Kari Nes" || f.Town != "Ås" {
		t.Errorf("%q, %q", f.Name, f.Town)
	}
}

func TestKEY4_AnOrderCostsItsLinesWithVATIncluded(t *testing.T) {
	a := agreement.Agreement{Currency: money.NOK, Prices: []agreement.Price{
		{Item: agreement.ItemFob, Amount: 34900, VAT: 2500},
		{Item: agreement.ItemOrderFee, Amount: 10200, VAT: 2500},
		{Item: agreement.ItemFreight, Amount: 7900, VAT: 2500},
	}}
	for _, tt := range []struct {
		name, quantity, delivery string
		lines                    int
		net, vat, total          int64
	}{
		{"one, collected", "1", keys.Pickup, 2, 36080, 9020, 45100},
		{"one, posted", "1", keys.Post, 3, 42400, 10600, 53000},
		{"three, posted", "3", keys.Post, 3, 98240, 24560, 122800},
		{"the most, collected", "20", keys.Pickup, 2, 566560, 141640, 708200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q, err := keys.Price(a, keys.Form{Product: "fob", Quantity: tt.quantity, Delivery: tt.delivery})
			if err != nil {
				t.Fatal(err)
			}
			if len(q.Lines) != tt.lines || q.Net != tt.net || q.VAT != tt.vat || q.Total != tt.total {
				t.Errorf("%d lines, %d + %d = %d, want %d lines, %d + %d = %d", len(q.Lines), q.Net, q.VAT, q.Total, tt.lines, tt.net, tt.vat, tt.total)
			}
			var net, vat, gross int64
			for _, l := range q.Lines {
				net, vat, gross = net+l.Net, vat+l.VAT, gross+l.Gross
			}
			if net != q.Net || vat != q.VAT || gross != q.Total {
				t.Errorf("the lines sum to %d + %d = %d, the order says %d + %d = %d", net, vat, gross, q.Net, q.VAT, q.Total)
			}
		})
	}
	if _, err := keys.Price(a, keys.Form{Product: "key", Quantity: "1"}); fault.CodeOf(err) != "keys.order.no_price" {
		t.Errorf("a product without a price: %v", err)
	}
}
