package companyweb

import "github.com/a-h/templ"

// component is a part of a page.
type component = templ.Component

// aside is the link at the head of a card, for who may follow it.
func aside(may bool, href, text string) component {
	if !may {
		return nil
	}
	return asideLink(href, text)
}

// autocomplete tells the browser what a field is, but of the business address alone: it knows no other.
func autocomplete(prefix, what string) string {
	if prefix != "" {
		return ""
	}
	return what
}

func archiveTitle(d addressData) string {
	if d.Address.ArchivedAt != nil {
		return d.L.CompanyRestore()
	}
	return d.L.CompanyArchive()
}

func archiveText(d addressData) string {
	if d.Address.ArchivedAt != nil {
		return d.L.CompanyRestoreText()
	}
	return d.L.CompanyArchiveText()
}

func archivePath(d addressData) string {
	if d.Address.ArchivedAt != nil {
		return "/restore"
	}
	return "/archive"
}
