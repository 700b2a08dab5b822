package demo

import (
	"context"
	"time"

	"skranke/internal/agreement"
	"skranke/internal/day"
	"skranke/internal/keys"
)

// tell plans the steps of an order. What would lie ahead of today is left out: then the order is under way.
func (b *builder) tell(r *run) {
	r.b = b
	onAccount := r.house.deal.payer == agreement.AssociationPays
	if onAccount && r.fate == abandoned {
		r.fate = cancelled
	}
	b.step(r.placed, r.place)
	asked, has := r.placed, 14*24*time.Hour // how long the board has; not days, of which two a year are longer or shorter
	if !onAccount {
		if asked, has = b.paying(r), reservation-24*time.Hour; asked.IsZero() {
			return
		}
	}
	switch r.fate {
	case waiting:
	case expired:
		b.step(asked.Add(has+4*time.Minute), r.expire)
	case cancelled:
		b.step(b.moment(b.soon(b.dayOf(asked)), b.between(9, 15), b.between(0, 59)), r.cancel)
	default:
		b.answering(r, asked)
	}
}

// soon is the next working day, or in long holidays a day on which somebody is on duty: before the board's time is up.
func (b *builder) soon(d day.Date) day.Date {
	if next := b.work.AddWorkdays(d, 1); next.Sub(d) < 5 {
		return next
	}
	return d.AddDays(2)
}

func (b *builder) dayOf(t time.Time) day.Date { return day.Of(t, b.Zone) }

// step plans a step of an order unless it lies ahead.
func (b *builder) step(at time.Time, do func(ctx context.Context) error) {
	if at.Before(b.moment(b.today, 0, 0)) {
		b.at(at, do)
	}
}

// paying plans how the resident pays, and gives the time when it is done, or none.
func (b *builder) paying(r *run) (done time.Time) {
	at := r.placed
	if r.asker != nil {
		if r.fate == linked {
			return done
		}
		at = b.awake(at.Add(time.Duration(b.between(30, 400)) * time.Minute))
	}
	b.step(at.Add(2*time.Second), r.toCard)
	switch r.fate { //nolint:exhaustive // the others pay
	case unpaid:
		return done
	case abandoned:
		gone := at.Add(14*24*time.Hour + 3*time.Minute)
		b.step(gone, r.lookAgain)
		b.step(b.moment(b.work.AddWorkdays(b.dayOf(gone), 1), 9, b.between(0, 59)), r.cancel)
		return done
	}
	if r.declined {
		at = at.Add(time.Duration(b.between(60, 140)) * time.Second)
		b.step(at, r.payWith(badCard))
		if r.fate == declined {
			return done
		}
	}
	at = at.Add(time.Duration(b.between(70, 400)) * time.Second)
	b.step(at, r.payWith(goodCard))
	return at
}

// awake is t, or the morning after when people sleep.
func (b *builder) awake(t time.Time) time.Time {
	local := t.In(b.Zone)
	switch {
	case local.Hour() < 7:
		return b.moment(b.dayOf(t), 7, b.between(5, 55))
	case local.Hour() >= 23:
		return b.moment(b.dayOf(t).AddDays(1), 7, b.between(5, 55))
	}
	return t
}

// answering plans what the board says, and what follows from it.
func (b *builder) answering(r *run, asked time.Time) {
	at := asked
	for i, a := range r.answers {
		switch {
		case r.fate < unpaid:
			at = b.awake(at.Add(time.Duration(b.between(25, 60*36)) * time.Minute))
		case i == 0:
			at = b.moment(b.dayOf(asked).AddDays(1), 18, b.between(10, 59))
		default:
			at = at.Add(time.Duration(b.between(20, 150)) * time.Minute)
		}
		b.step(at, r.says(a))
		if r.fate == half {
			return
		}
	}
	if r.fate != rejected && r.fate != making {
		b.making(r, b.dayOf(at))
	}
}

// making plans the workshop's part.
func (b *builder) making(r *run, answered day.Date) {
	made := b.work.AddWorkdays(answered, b.between(1, 2))
	if r.fate >= unpaid {
		made = b.work.AddWorkdays(b.dayOf(r.placed).AddDays(2), 1) // see planYear
	}
	at := b.moment(made, b.between(8, 11), b.between(0, 59))
	if r.fate == partly {
		b.step(at, r.makes(1))
		return
	}
	b.step(at, r.makes(r.quantity))
	if r.form.Delivery == keys.Post {
		b.step(b.moment(made, 15, b.between(0, 40)), r.goesOut)
		if r.fate != sent {
			b.step(b.moment(made.AddDays(b.between(2, 5)), b.between(15, 20), b.between(0, 59)), r.arrives)
		}
		return
	}
	b.step(at.Add(time.Duration(b.between(30, 150))*time.Minute), r.isReady)
	if r.fate != ready {
		b.step(b.moment(b.work.AddWorkdays(made, b.between(1, 6)), b.between(8, 15), b.between(0, 59)), r.isFetched)
	}
}
