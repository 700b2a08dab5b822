package agreementweb

import (
	"context"
	"errors"
	"io"
	"net/http"

	"skranke/internal/agreement"
	"skranke/internal/authz"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/ui"
	"skranke/internal/web"
)

// Papers keeps signed documents; app joins it to the file store.
type Papers struct {
	// Serve answers with a file.
	Serve func(w http.ResponseWriter, r *http.Request, fileID string) error
	// Keep takes a file and gives its id; what is no PDF is refused with a fault.
	Keep func(ctx context.Context, by authz.Actor, customerID, name string, body io.Reader) (fileID string, err error)
	// Why says which file was refused and why.
	Why func(l i18n.L, err error) string
	// Accept is the file endings a browser offers, and Most the bytes that are taken.
	Accept string
	Most   int64
}

// document gives the signed document to who may see the agreement.
func (p *Pages) document(w http.ResponseWriter, r *http.Request) error {
	a, err := agreement.Find(r.Context(), p.Agreements.DB, web.Actor(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	if a.FileID == "" {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return p.Papers.Serve(w, r, a.FileID)
}

// attach takes the signed document. The file is kept before the agreement names it: a refused one changes nothing.
func (p *Pages) attach(w http.ResponseWriter, r *http.Request) error {
	by := web.Actor(r)
	d, err := p.page(r, officePath)
	if err != nil {
		return err
	}
	if err := by.Check(agreement.MayEdit, authz.Place{Customer: d.Agreement.CustomerID}); err != nil {
		return err
	}
	fileID, err := p.keep(r, by, d.Agreement.CustomerID)
	if fault.FieldsOf(err) != nil {
		d.Faults = []ui.FieldError{{Name: "document", Text: p.Papers.Why(d.L, err)}}
		return web.Again(w, r, d.view())
	}
	if err == nil {
		_, err = p.Agreements.AttachDocument(r.Context(), by, d.Agreement.ID, fileID)
	}
	if err != nil {
		return err
	}
	return web.Done(w, r, d.path(), "agreement.document")
}

func (p *Pages) keep(r *http.Request, by authz.Actor, customerID string) (string, error) {
	file, head, err := r.FormFile("document")
	if errors.Is(err, http.ErrMissingFile) {
		return "", fault.Field("document", "agreement.document.choose")
	}
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return p.Papers.Keep(r.Context(), by, customerID, head.Filename, file)
}

func (d pageData) view() web.View {
	return web.View{Title: d.L.AgreementOne(d.Agreement.Number), Body: agreementPage(d), Errors: len(d.Faults)}
}

// fault is what is wrong with the document that was sent.
func (d pageData) fault() string {
	if len(d.Faults) == 0 {
		return ""
	}
	return d.Faults[0].Text
}
