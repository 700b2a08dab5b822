package day

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/fi"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/se"
)

// kind tells a public holiday from a day that is only not worked.
type kind uint8

const (
	public kind = iota
	eve         // no public holiday, but by law or agreement no working day either
)

// rule is a day that returns every year, with the name it has in its country.
type rule struct {
	name string
	when *cal.Holiday
	kind kind
}

// rules are the public holidays of each country, those that always fall on a Sunday included, and the eves.
//
// Sweden: midsummer's eve, Christmas eve and New Year's eve count as Sundays for deadlines (lag 1930:173 § 2) though they
// are no public holidays (lag 1989:253). Finland: midsummer's eve and Christmas eve are free by agreement. Norway and
// Denmark: Christmas eve and New Year's eve are working days. Denmark: constitution day is free for most and shops are
// closed, so it counts; store bededag was abolished from 2024.
var rules = map[string][]rule{
	"NO": {
		{"Første nyttårsdag", no.FoersteNyttaarsdag, public},
		{"Skjærtorsdag", no.Skjaertorsdag, public},
		{"Langfredag", no.Langfredag, public},
		{"Første påskedag", aa.Easter, public},
		{"Andre påskedag", no.AndrePaaskedag, public},
		{"Første mai", no.Arbeiderenesdag, public},
		{"Grunnlovsdagen", no.Grunnlovsdag, public},
		{"Kristi himmelfartsdag", no.Kristihimmelfartsdag, public},
		{"Første pinsedag", aa.Pentecost, public},
		{"Andre pinsedag", no.AndrePinsedag, public},
		{"Første juledag", no.FoersteJuledag, public},
		{"Andre juledag", no.AndreJuledag, public},
	},
	"SE": {
		{"Nyårsdagen", se.Nyarsdagen, public},
		{"Trettondedag jul", se.TrettondedagJul, public},
		{"Långfredagen", se.Langfredagen, public},
		{"Påskdagen", se.Paskdagen, public},
		{"Annandag påsk", se.AnnandagPask, public},
		{"Första maj", se.ForstaMaj, public},
		{"Kristi himmelsfärdsdag", se.KristiHimmelsfardsdag, public},
		{"Pingstdagen", se.Pingstdagen, public},
		{"Sveriges nationaldag", se.Nationaldagen, public},
		{"Midsommarafton", se.Midsommarafton, eve},
		{"Midsommardagen", se.Midsommardagen, public},
		{"Alla helgons dag", se.AllaHelgonsDag, public},
		{"Julafton", se.Julafton, eve},
		{"Juldagen", se.Juldagen, public},
		{"Annandag jul", se.AnnandagJul, public},
		{"Nyårsafton", se.Nyarsafton, eve},
	},
	"DK": {
		{"Nytårsdag", dk.Nytaarsdag, public},
		{"Skærtorsdag", dk.Skaertorsdag, public},
		{"Langfredag", dk.Langfredag, public},
		{"Påskedag", aa.Easter, public},
		{"Anden påskedag", dk.AndenPaaskedag, public},
		{"Store bededag", dk.StoreBededag, public},
		{"Kristi himmelfartsdag", dk.KristiHimmelfartsdag, public},
		{"Pinsedag", aa.Pentecost, public},
		{"Anden pinsedag", dk.AndenPinsedag, public},
		{"Grundlovsdag", dk.Grundlovsdag, public},
		{"Juledag", dk.Juledag, public},
		{"Anden juledag", dk.AndenJuledag, public},
	},
	"FI": {
		{"Uudenvuodenpäivä", fi.Uudenvuodenpaiva, public},
		{"Loppiainen", fi.Loppiainen, public},
		{"Pitkäperjantai", fi.Pitkaperjantai, public},
		{"Pääsiäispäivä", fi.Paasiaispaiva, public},
		{"Toinen pääsiäispäivä", fi.ToinenPaasiaispaiva, public},
		{"Vappu", fi.Vappu, public},
		{"Helatorstai", fi.Helatorstai, public},
		{"Helluntaipäivä", fi.Helluntaipaiva, public},
		{"Juhannusaatto", fi.Juhannusaatto, eve},
		{"Juhannuspäivä", fi.Juhannuspaiva, public},
		{"Pyhäinpäivä", fi.Pyhainpaiva, public},
		{"Itsenäisyyspäivä", fi.Itsenaisyyspaiva, public},
		{"Jouluaatto", fi.Jouluaatto, eve},
		{"Joulupäivä", fi.Joulupaiva, public},
		{"Tapaninpäivä", fi.Tapaninpaiva, public},
	},
}

// Workdays is the calendar of one country: which days are worked and which are holidays. It is safe for use by several
// goroutines.
type Workdays struct {
	country string
	years   sync.Map // int → map[Date]rule
}

// calendars has one calendar per country, so that each year is reckoned once.
var calendars = map[string]*Workdays{"NO": {country: "NO"}, "SE": {country: "SE"}, "DK": {country: "DK"}, "FI": {country: "FI"}}

// Calendar is the calendar of NO, SE, DK or FI.
func Calendar(country string) (*Workdays, error) {
	if w := calendars[strings.ToUpper(country)]; w != nil {
		return w, nil
	}
	return nil, fmt.Errorf("no calendar for country %q: want NO, SE, DK or FI", country)
}

// Country is the country of the calendar.
func (w *Workdays) Country() string { return w.country }

// year lists the special days of a year. Two on one day keep the first: 17 May 2027 is also Whit Monday.
func (w *Workdays) year(y int) map[Date]rule {
	if m, ok := w.years.Load(y); ok {
		return m.(map[Date]rule) //nolint:forcetypeassert // only this function stores
	}
	m := map[Date]rule{}
	for _, r := range rules[w.country] {
		at, _ := r.when.Calc(y)
		if at.IsZero() {
			continue
		}
		d := fromTime(at)
		if had, taken := m[d]; !taken || had.kind == eve && r.kind == public {
			m[d] = r
		}
	}
	w.years.Store(y, m)
	return m
}

// IsHoliday says whether the day is a public holiday, and its name in the country's language.
func (w *Workdays) IsHoliday(d Date) (name string, ok bool) {
	r, ok := w.year(d.Year())[d]
	if !ok || r.kind != public {
		return "", false
	}
	return r.name, true
}

// IsWorkday says whether the day is from Monday to Friday and neither a public holiday nor a free eve.
func (w *Workdays) IsWorkday(d Date) bool {
	if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return false
	}
	_, special := w.year(d.Year())[d]
	return !special
}

// NextWorkday is the day itself when it is worked, else the first one after it that is.
func (w *Workdays) NextWorkday(d Date) Date {
	for !w.IsWorkday(d) {
		d = d.AddDays(1)
	}
	return d
}

// AddWorkdays is the nth working day after d, or before it when n is negative. With 0 it is NextWorkday.
func (w *Workdays) AddWorkdays(d Date, n int) Date {
	if n == 0 {
		return w.NextWorkday(d)
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if d = d.AddDays(step); w.IsWorkday(d) {
			n--
		}
	}
	return d
}
