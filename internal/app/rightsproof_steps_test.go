package app

import (
	"skranke/internal/db"
)

func (w *rightsWorld) step() string {
	w.change(func(tx *db.Tx) {})
	return "nothing"
}
