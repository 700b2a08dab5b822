// Package ui is the design system: page shells, components and drawings, each a templ component that takes what it shows and knows no
// business. Words that belong to a component come from i18n; all others are given by the caller.
package ui

import (
	"strconv"

	"skranke/internal/brand"
	"skranke/internal/i18n"
	"skranke/internal/web/assets"
)

// L is the reader's language; every component that has words of its own takes it first.
type L = i18n.L

// Area says which of the three faces of the product a page belongs to.
type Area int

// The areas. Public has no menu and a narrow column, Portal is the customer's, Office is the firm's own, denser one.
const (
	Public Area = iota
	Portal
	Office
)

// Colour schemes, as kept in the cookie and written on <html>.
const (
	SchemeLight = "light"
	SchemeDark  = "dark"
	SchemeAuto  = "auto"
)

// Page is what a shell needs to know about the page it surrounds.
type Page struct {
	L     L
	Title string
	// Errors is the number of mistakes in a form sent; the title then starts with it.
	Errors int
	Area   Area
	Brand  brand.Brand
	// Scheme is one of SchemeLight, SchemeDark and SchemeAuto; empty means auto.
	Scheme string
	// Path is where the language and scheme forms come back to.
	Path string
	// Home is where the brand leads; empty means "/".
	Home string
	// SignIn is where the sign-in link leads; empty leaves the link out.
	SignIn string
	Nav    []NavItem
	Bottom []NavItem
	// Person is nil when signed out.
	Person *Person
	// Customer is shown in the top bar of the portal. Customers, where there are several, are those to switch to (POST /switch).
	Customer  string
	Customers []Customer
	// StandIn is the person that staff see the page as, with Customer; empty for everybody else.
	StandIn string
	Demo    bool
	// Notice tells what a change just did; it stands on top of the next page.
	Notice string
	// Wide lets the public area use the width of the others, for instance the style page.
	Wide bool
	// Live loads the script for live parts and swaps; pages of forms alone do without it.
	Live bool
}

// Customer is one that a person can act for; On is the one they do.
type Customer struct {
	ID, Name string
	On       bool
}

// Person is who is signed in.
type Person struct {
	Name, Initials, Role string
	// Links stand above the sign-out button in the person's menu.
	Links []NavItem
}

// NavItem is one place in a menu.
type NavItem struct {
	Icon, Label, Href string
	// Count stands beside the label when above zero; Hot marks it as waiting for the reader.
	Count        int
	Hot, Current bool
	// Section is the heading above the item; it is printed where it differs from the item before.
	Section string
	// Add makes the item of a bottom bar its raised button.
	Add bool
}

func (p Page) scheme() string {
	switch p.Scheme {
	case SchemeLight, SchemeDark:
		return p.Scheme
	}
	return SchemeAuto
}

func (p Page) home() string {
	if p.Home == "" {
		return "/"
	}
	return p.Home
}

func (p Page) title() string {
	title := p.Title
	if p.Errors > 0 {
		title = p.L.UIErrorsTitle(p.Errors) + " – " + title
	}
	return title + " – " + p.Brand.Name
}

func (a Area) class() string {
	return [...]string{"area-public", "area-portal", "area-office"}[a]
}

func (a Area) density() string {
	if a == Office {
		return "compact"
	}
	return "comfortable"
}

// hasMenu says whether there is a side menu: the public area has none, nor has a page without places to go.
func (p Page) hasMenu() bool { return p.Area != Public && len(p.Nav) > 0 }

// startsSection says whether the heading of item i is to be printed.
func startsSection(nav []NavItem, i int) bool {
	return nav[i].Section != "" && (i == 0 || nav[i-1].Section != nav[i].Section)
}

// count prints numbers that fit their small place.
func count(n int) string {
	if n > 999 {
		return "999+"
	}
	return strconv.Itoa(n)
}

func iconHref(name string) string { return assets.URL("icons.svg") + "#" + name }
