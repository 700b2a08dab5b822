package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"skranke/internal/authz"
	"skranke/internal/billing"
	"skranke/internal/day"
	"skranke/internal/identity"
	"skranke/internal/keys"
	"skranke/internal/mail"
)

// usualOrders is the size of the year.
const usualOrders = 250

// builder makes one demonstration.
type builder struct {
	House
	say    func(line string)
	today  day.Date
	work   *day.Workdays
	chance *rand.Rand
	clock  time.Time
	cards  *cardServer

	staff  map[identity.StaffRole]authz.Actor
	houses []*house
	runs   []*run
	steps  []step
	awaits []*run              // whose money is on its way
	homes  map[string][]string // who lives in a flat, by its id
}

// step is one thing that somebody does at one instant.
type step struct {
	at time.Time
	do func(ctx context.Context) error
}

// machine is who sets up what no person of the story has done.
var machine = authz.SystemActor(identity.MayEditPeople, identity.MayEditStaff, mail.MaySee)

func newBuilder(h House, say func(string)) (*builder, error) {
	work, err := day.Calendar("NO")
	if err != nil {
		return nil, err
	}
	if h.Orders == 0 {
		h.Orders = usualOrders
	}
	return &builder{
		House: h, say: say, today: day.Of(h.DB.Now(), h.Zone), work: work,
		chance: rand.New(rand.NewPCG(20, 26)), //nolint:gosec // the same story every time, and no secret in it
		staff:  map[identity.StaffRole]authz.Actor{}, homes: map[string][]string{},
	}, nil
}

// make is the whole story, in the order in which it happened.
func (b *builder) make(ctx context.Context) (err error) {
	if b.cards, err = openCards(b); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.cards.close()) }()
	if err := b.Jobs.Open(2); err != nil {
		return err
	}
	if err := b.hire(ctx); err != nil {
		return err
	}
	if err := b.win(ctx); err != nil {
		return err
	}
	b.planYear()
	if err := b.Jobs.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stopJobs(ctx)) }()
	if err := b.live(ctx); err != nil {
		return err
	}
	return b.Jobs.Drain(ctx)
}

func (b *builder) stopJobs(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return b.Jobs.Stop(ctx)
}

// at plans a step.
func (b *builder) at(t time.Time, do func(ctx context.Context) error) {
	b.steps = append(b.steps, step{t, do})
}

// set moves the clock of the whole program, in which time stands still between two steps.
func (b *builder) set(t time.Time) {
	b.clock = t
	b.DB.SetClock(func() time.Time { return t })
}

// live goes through the year step by step. Mails and money that a step sets going arrive before the next one, so that
// everything carries the time at which it happened.
func (b *builder) live(ctx context.Context) error {
	slices.SortStableFunc(b.steps, func(x, y step) int { return x.at.Compare(y.at) })
	quarter := len(b.steps) / 4
	for i, s := range b.steps {
		b.set(s.at)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("on %s: %w", s.at.In(b.Zone).Format("2006-01-02 15:04"), err)
		}
		if err := b.settle(ctx); err != nil {
			return err
		}
		if n := i + 1; quarter > 0 && n%quarter == 0 && n < 4*quarter {
			b.say(fmt.Sprintf("  %s: %d of %d steps of the year", s.at.In(b.Zone).Format("January 2006"), n, len(b.steps)))
		}
	}
	b.say(fmt.Sprintf("  %d key orders, each with its payment, answers and mails", len(b.runs)))
	return nil
}

// patience is how long mails and money may take before something must be wrong.
const patience = time.Minute

// settle waits until the mails have gone out and the money has moved. It asks the modules, not the queue, which books its
// work in heaps and late.
func (b *builder) settle(ctx context.Context) error {
	for began := time.Duration(0); ; began += pause {
		busy, err := b.busy(ctx)
		if err != nil || !busy {
			return err
		}
		if began > patience {
			return fmt.Errorf("on %s mails, or one of %d payments, are stuck: see the log", b.clock.Format(time.RFC3339), len(b.awaits))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("make the demonstration: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}

const pause = 2 * time.Millisecond

func (b *builder) busy(ctx context.Context) (bool, error) {
	for _, s := range []mail.State{mail.Queued, mail.Sending} {
		if n, err := b.Mail.Count(ctx, machine, mail.Filter{State: s}, 1); err != nil || n > 0 {
			return true, err
		}
	}
	for len(b.awaits) > 0 {
		ps, err := b.Billing.ForSubject(ctx, b.DB, keys.SubjectKind, b.awaits[0].order.ID)
		if err != nil {
			return true, err
		}
		if s := ps[0].State; s == billing.Created || s == billing.Reserved {
			return true, nil
		}
		b.awaits = b.awaits[1:]
	}
	return false, nil
}

// moment is an instant of a day by the firm's clocks.
func (b *builder) moment(d day.Date, hour, minute int) time.Time {
	return d.At(b.Zone, hour*60+minute)
}

// between is a whole number from lo to hi, both included.
func (b *builder) between(lo, hi int) int { return lo + b.chance.IntN(hi-lo+1) }

// in says yes in so many of a hundred cases.
func (b *builder) in(percent int) bool { return b.chance.IntN(100) < percent }

func pick[T any](b *builder, all []T) T { return all[b.chance.IntN(len(all))] }
