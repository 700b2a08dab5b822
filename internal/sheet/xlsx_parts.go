package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

const maxParts = 2000 // files in an XLSX; one with a hundred pictures has three hundred

// soundZip unpacks the parts once to see that they are whole and as large as they say, and that it is a workbook.
func soundZip(data []byte, limit int64) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return refuse("sheet.damaged", 0)
	}
	if len(z.File) > maxParts {
		return refuse("sheet.too_large", 0)
	}
	left, book := uint64(max(limit, 0)), false
	for _, part := range z.File {
		if part.UncompressedSize64 > left {
			return refuse("sheet.too_large", 0)
		}
		left -= part.UncompressedSize64
		name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))
		book = book || strings.HasPrefix(name, "xl/") && strings.HasSuffix(name, ".xml")
		if err := whole(part); err != nil {
			return refuse("sheet.damaged", 0)
		}
	}
	if !book { // a document, a drawing, somebody's photographs
		return refuse("sheet.not_a_table", 0)
	}
	return nil
}

// whole reads a part to its end, where its checksum and its size are compared.
func whole(part *zip.File) error {
	r, err := part.Open()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r) //nolint:gosec // it ends at the size it claims, which is within the limit
	return errors.Join(err, r.Close())
}

// relation is a line of the lists by which the parts of a workbook find each other.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// relations are those of one part, whose targets are as seen from its folder.
func relations(f *excelize.File, part string) ([]relation, error) {
	folder, name := path.Split(part)
	var list struct {
		Relation []relation `xml:"Relationship"`
	}
	if err := decoder(f, folder+"_rels/"+name+".rels").Decode(&list); err != nil {
		return nil, refuse("sheet.damaged", 0)
	}
	for i, r := range list.Relation {
		if !strings.HasPrefix(r.Target, "/") {
			list.Relation[i].Target = path.Join(folder, r.Target)
		}
		list.Relation[i].Target = strings.TrimPrefix(list.Relation[i].Target, "/")
	}
	return list.Relation, nil
}

// worksheet is the part of the sheet with this id, "" when it is not a sheet of cells.
func worksheet(f *excelize.File, id string) (string, error) {
	top, err := relations(f, "")
	if err != nil {
		return "", err
	}
	book := slices.IndexFunc(top, func(r relation) bool { return strings.HasSuffix(r.Type, "/officeDocument") })
	if book < 0 {
		return "", refuse("sheet.damaged", 0)
	}
	parts, err := relations(f, top[book].Target)
	if err != nil {
		return "", err
	}
	found := ""
	for _, r := range parts {
		if r.ID == id && strings.HasSuffix(r.Type, "/worksheet") {
			if found != "" { // the library would take the other
				return "", refuse("sheet.damaged", 0)
			}
			found = r.Target
		}
	}
	return found, nil
}

func decoder(f *excelize.File, part string) *xml.Decoder {
	content, _ := f.Pkg.Load(part)
	data, _ := content.([]byte)
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = f.CharsetReader
	return d
}

const (
	maxText     = 4 * excelize.TotalCellChars // bytes, more than Excel's longest cell can have
	maxElements = 4 << 20                     // of a sheet; a hundred columns and ten thousand rows have three million
)

// look reads through the sheet and the texts that its cells share: whatever the library would skip in silence, cut short or
// multiply is refused here.
func (c *collector) look(f *excelize.File, part string) error {
	texts, err := countTexts(decoder(f, "xl/sharedStrings.xml"))
	if err != nil {
		return err
	}
	s := scan{limits: c.limits, texts: texts}
	for d := decoder(f, part); !s.done; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = s.see(t)
		}
		var refusal *Refusal
		if err != nil && !errors.As(err, &refusal) {
			err = refuse("sheet.damaged", s.row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// countTexts is how many texts are shared.
func countTexts(d *xml.Decoder) (int, error) {
	n, size, elements := 0, 0, 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, refuse("sheet.damaged", 0)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local == "si" {
				n, size = n+1, 0
			}
			if elements++; elements > maxElements {
				return 0, refuse("sheet.too_large", 0)
			}
		case xml.CharData:
			if size += len(e); size > maxText {
				return 0, refuse("sheet.damaged", 0)
			}
		}
	}
}

// scan is the state of looking through a sheet.
type scan struct {
	limits      Limits
	texts       int    // how many are shared
	row, values int    // the number of the row, and its cells with something in them
	shared      bool   // the cell holds the number of a shared text
	within      string // the innermost element that has begun
	text        []byte // of it
	elements    int    // begun so far
	done        bool
}

func (s *scan) see(t xml.Token) error {
	switch e := t.(type) {
	case xml.StartElement:
		s.within, s.text = e.Name.Local, s.text[:0]
		if s.elements++; s.elements > maxElements {
			return refuse("sheet.too_large", s.row)
		}
		return s.begins(e)
	case xml.CharData:
		s.text = append(s.text, e...)
		if len(s.text) > maxText {
			return refuse("sheet.cell_too_long", s.row)
		}
	case xml.EndElement:
		s.done = e.Name.Local == "sheetData"
		if e.Name.Local == "v" && s.within == "v" && s.shared {
			if n, err := strconv.Atoi(strings.TrimSpace(string(s.text))); len(s.text) > 0 && (err != nil || n < 0 || n >= s.texts) {
				return refuse("sheet.damaged", s.row)
			}
		}
	}
	return nil
}

func (s *scan) begins(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		next := s.row + 1
		if r := attribute(e, "r"); r != "" {
			n, err := strconv.Atoi(r)
			if err != nil || n < next { // rows that go back would be numbered wrong
				return refuse("sheet.damaged", s.row)
			}
			next = n
		}
		if next > excelize.TotalRows {
			return refuse("sheet.damaged", s.row)
		}
		s.row, s.values = next, 0
	case "c":
		s.shared = attribute(e, "t") == "s"
	case "v", "is":
		if s.values++; s.values > s.limits.Columns {
			return refuse("sheet.too_many_columns", s.row)
		}
	}
	return nil
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
