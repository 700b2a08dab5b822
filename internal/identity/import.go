package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/event"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
)

// ImportRow is one row of a file of people, as it was written.
type ImportRow struct {
	Number   int64  `json:"-"` // as the spreadsheet counts it
	Email    string `json:"email"`
	First    string `json:"first,omitempty"`
	Last     string `json:"last,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Role     string `json:"role,omitempty"`     // a word in any of the languages, the name of a role of the customer's own, or an id
	Group    string `json:"group,omitempty"`    // its name, the way to it ("North / Workshop"), or an id
	Methods  string `json:"methods,omitempty"`  // words, with anything between them
	Language string `json:"language,omitempty"` // a tag, or what the language calls itself
	Twice    int64  `json:"twice,omitempty"`    // the earlier row with the same address
}

// MostImported is how many rows one file may have.
const MostImported = 5000

// importLife is how long a file waits for its yes.
const importLife = 24 * time.Hour

// Judged is one row with what will be, or was, done with it.
type Judged struct {
	Row      ImportRow
	Role     Role
	RoleName string   // of one of the customer's own
	Invite   bool     // invited; else added at once
	Reasons  []string // codes of what is wrong with it; empty is a good row
	Done     bool
}

// Import is a file that waits for a yes, or has had it.
type Import struct {
	ID          string
	CreatedAt   time.Time
	ConfirmedAt *time.Time
	Rows        []Judged
}

type importHead struct {
	ID, CustomerID, CreatedBy string
	CreatedAt                 time.Time
	ConfirmedAt               *time.Time
}

// StartImport keeps what a file said until somebody has looked at it and said yes. Nothing is added yet.
func (s *Service) StartImport(ctx context.Context, by authz.Actor, customerID string, rows []ImportRow) (importID string, err error) {
	if _, err := s.FormChoices(ctx, by, customerID); err != nil {
		return "", err
	}
	switch {
	case len(rows) == 0:
		return "", fault.Field("file", "identity.import.empty")
	case len(rows) > MostImported:
		return "", fault.Field("file", "identity.import.too_many")
	}
	first := map[string]int64{}
	for i := range rows {
		if key := EmailKey(rows[i].Email); key == "" {
			continue
		} else if n, ok := first[key]; ok {
			rows[i].Twice = n
		} else {
			first[key] = rows[i].Number
		}
	}
	importID = id.New()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO imports (id, customer_id, created_by, created_at) VALUES ($1, $2, $3, $4)`, importID, customerID, by.Person(), tx.Now)
		if err != nil {
			return fmt.Errorf("keep an import: %w", err)
		}
		for some := range slices.Chunk(rows, 200) {
			var places []string
			var args []any
			for _, r := range some {
				places = append(places, placeholders(len(args), 3))
				args = append(args, importID, r.Number, db.JSON[ImportRow]{V: r})
			}
			if _, err := tx.Exec(ctx, `INSERT INTO import_rows (import_id, number, data) VALUES `+strings.Join(places, ", "), args...); err != nil {
				return fmt.Errorf("keep the rows of import %s: %w", importID, err)
			}
		}
		return nil
	})
	return importID, err
}

// findImport is an import of one's own; to others it is not there.
func findImport(ctx context.Context, q db.Q, by authz.Actor, customerID, importID string) (h importHead, err error) {
	if id.Valid(importID) {
		h, err = db.One[importHead](ctx, q, `SELECT id, customer_id, created_by, created_at, confirmed_at FROM imports WHERE id = $1 AND customer_id = $2 AND created_by = $3`,
			importID, customerID, by.Person())
		if err == nil {
			return h, nil
		}
	}
	if err == nil || db.NoRows(err) {
		return h, fault.New(fault.NotFound, "identity.import.not_found")
	}
	return h, fmt.Errorf("find import %s: %w", importID, err)
}

type storedRow struct {
	Number  int64
	Data    db.JSON[ImportRow]
	Outcome string
}

const selectRows = `SELECT number, data, outcome FROM import_rows WHERE import_id = $1`

// added is the outcome of a good row.
const added = "added"

// ReadImport says of every row what would be done now, or what was done with it.
func (s *Service) ReadImport(ctx context.Context, by authz.Actor, customerID, importID string) (i Import, err error) {
	h, err := findImport(ctx, s.DB, by, customerID, importID)
	if err != nil {
		return i, err
	}
	i = Import{ID: h.ID, CreatedAt: h.CreatedAt, ConfirmedAt: h.ConfirmedAt}
	t, err := s.terms(ctx, s.DB, by, customerID)
	if err != nil {
		return i, err
	}
	rows, err := db.List[storedRow](ctx, s.DB, selectRows+` ORDER BY number`, importID)
	if err != nil {
		return i, fmt.Errorf("read import %s: %w", importID, err)
	}
	judge := newJudge(t)
	for some := range slices.Chunk(rows, 500) {
		who, err := lookUpAll(ctx, s.DB, customerID, keysOf(some))
		if err != nil {
			return i, err
		}
		for _, r := range some {
			i.Rows = append(i.Rows, judge.tell(r, who))
		}
	}
	return i, nil
}

func keysOf(rows []storedRow) []string {
	keys := make([]string, len(rows))
	for i, r := range rows {
		keys[i] = EmailKey(r.Data.V.Email)
	}
	return keys
}

// atOnce is how many rows are added in one transaction, so that others can write between.
const atOnce = 50

// ConfirmImport adds the good rows. Confirmed twice, also at once, or again after it was broken off, it adds nobody twice.
func (s *Service) ConfirmImport(ctx context.Context, by authz.Actor, customerID, importID string) error {
	for more := true; more; {
		step := func(tx *db.Tx) (err error) {
			more, err = s.importSome(ctx, tx, by, customerID, importID)
			return err
		}
		err := s.DB.InTx(ctx, step)
		if db.IsUnique(err) { // somebody else added the same person in this moment: now they are there
			err = s.DB.InTx(ctx, step)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) importSome(ctx context.Context, tx *db.Tx, by authz.Actor, customerID, importID string) (more bool, err error) {
	h, err := findImport(ctx, tx, by, customerID, importID)
	if err != nil {
		return false, err
	}
	if err := db.LockRow(ctx, tx, "imports", h.ID); err != nil {
		return false, err
	}
	if err := db.LockRow(ctx, tx, "customers", customerID); err != nil {
		return false, err
	}
	t, err := s.terms(ctx, tx, by, customerID)
	if err != nil {
		return false, err
	}
	if !t.mayAdd() {
		return false, by.Refuse(MayEditPeople, authz.Place{Customer: customerID})
	}
	rows, err := db.List[storedRow](ctx, tx, selectRows+` AND outcome = '' ORDER BY number LIMIT $2`, importID, atOnce)
	if err != nil {
		return false, fmt.Errorf("read import %s: %w", importID, err)
	}
	if len(rows) == 0 {
		return false, s.endImport(ctx, tx, by, customerID, importID)
	}
	who, err := lookUpAll(ctx, tx, customerID, keysOf(rows))
	if err != nil {
		return false, err
	}
	outcomes, judge := map[string][]int64{}, newJudge(t)
	for _, r := range rows {
		n, reasons := judge.weigh(r.Data.V, who[EmailKey(r.Data.V.Email)])
		outcome := strings.Join(reasons, " ")
		if outcome == "" {
			outcome = added
			_, err := s.enter(ctx, tx, t, n, who[EmailKey(n.Email)])
			if fault.Is(err, fault.TooMany) { // nothing has been written of this one; the others go on
				outcome, err = fault.CodeOf(err), nil
			}
			if err != nil {
				return false, fmt.Errorf("add row %d of import %s: %w", r.Number, importID, err)
			}
		}
		outcomes[outcome] = append(outcomes[outcome], r.Number)
	}
	return true, saveOutcomes(ctx, tx, importID, outcomes)
}

func saveOutcomes(ctx context.Context, tx *db.Tx, importID string, outcomes map[string][]int64) error {
	for outcome, numbers := range outcomes {
		_, err := tx.Exec(ctx, `UPDATE import_rows SET outcome = $1 WHERE import_id = $2 AND {}`, outcome, importID, db.In("number", numbers))
		if err != nil {
			return fmt.Errorf("note the outcome of import %s: %w", importID, err)
		}
	}
	return nil
}

func (s *Service) endImport(ctx context.Context, tx *db.Tx, by authz.Actor, customerID, importID string) error {
	n, err := tx.Exec(ctx, `UPDATE imports SET confirmed_at = $1 WHERE id = $2 AND confirmed_at IS NULL`, tx.Now, importID)
	if err != nil {
		return fmt.Errorf("end import %s: %w", importID, err)
	}
	if n == 0 {
		return nil // confirmed before
	}
	type counts struct{ Added, LeftOut int64 }
	c, err := db.One[counts](ctx, tx, `SELECT COALESCE(sum(CASE WHEN outcome = $1 THEN 1 ELSE 0 END), 0) AS added,
		COALESCE(sum(CASE WHEN outcome = $1 THEN 0 ELSE 1 END), 0) AS left_out FROM import_rows WHERE import_id = $2`, added, importID)
	if err != nil {
		return fmt.Errorf("count import %s: %w", importID, err)
	}
	return s.Log.Record(ctx, tx, by, event.Event{
		Kind: "identity.customer", Subject: customerID, CustomerID: customerID, Name: "identity.member.import",
		Data: event.Data(map[string]any{"imported": c.Added, "left_out": c.LeftOut}),
	})
}

// SweepImports forgets files that had a day for their yes.
func (s *Service) SweepImports(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		old := tx.Now.Add(-importLife)
		if _, err := tx.Exec(ctx, `DELETE FROM import_rows WHERE import_id IN (SELECT id FROM imports WHERE created_at <= $1)`, old); err != nil {
			return fmt.Errorf("sweep the rows of imports: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM imports WHERE created_at <= $1`, old); err != nil {
			return fmt.Errorf("sweep imports: %w", err)
		}
		return nil
	})
}

// methodWords is how people write the ways of paying.
var methodWords = map[string]string{"card": ByCard, "kort": ByCard, "invoice": ByInvoice, "faktura": ByInvoice}

func languageOf(word string, otherwise i18n.L) (i18n.L, bool) {
	if word == "" {
		return otherwise, true
	}
	for _, l := range i18n.All() {
		if i18n.Fold(l.Name()) == i18n.Fold(word) {
			return l, true
		}
	}
	return i18n.Parse(strings.ToLower(word))
}
