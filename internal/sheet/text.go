package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// decoded is the text of a file in the encodings that spreadsheets write: UTF-8, UTF-16 behind its mark (Excel's "Unicode
// text"), and what Excel on Windows calls just CSV.
func decoded(data []byte) string {
	if rest, ok := bytes.CutPrefix(data, []byte("\xff\xfe")); ok {
		return utf16Text(rest, binary.LittleEndian)
	}
	if rest, ok := bytes.CutPrefix(data, []byte("\xfe\xff")); ok {
		return utf16Text(rest, binary.BigEndian)
	}
	if rest, ok := bytes.CutPrefix(data, []byte(byteOrderMark)); ok {
		return strings.ToValidUTF8(string(rest), string(utf8.RuneError))
	}
	if utf8.Valid(data) {
		return string(data)
	}
	return windowsText(data)
}

func utf16Text(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return string(utf16.Decode(units)) // half a character becomes U+FFFD
}

// windows1252 are the letters of bytes 80 to 9F; the other bytes are their own code points.
var windows1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

func windowsText(data []byte) string {
	var b strings.Builder
	b.Grow(len(data) + len(data)/8)
	for _, c := range data {
		r := rune(c)
		if c >= 0x80 && c < 0xa0 {
			r = windows1252[c-0x80]
		}
		b.WriteRune(r)
	}
	return b.String()
}

const (
	looked      = 4 << 10 // how much of the beginning is judged
	controlPart = 50      // one control character in so many is more than any text has
)

// likeTable says whether a text can be a table: neither the bytes of a picture nor a web page nor data of another kind. A
// single NUL gets through, so that its row can be named.
func likeTable(text string) bool {
	head := strings.ToLower(strings.TrimSpace(text[:min(len(text), looked)]))
	for _, other := range []string{"<", "{", "[{", "%pdf-"} {
		if strings.HasPrefix(head, other) {
			return false
		}
	}
	runes, controls := 0, 0
	for _, r := range head {
		if runes++; unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) {
			controls++
		}
	}
	return controls <= 1 || controls*controlPart < runes
}
