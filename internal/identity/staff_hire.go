package identity

import (
	"context"
	"fmt"
	"time"

	"skranke/internal/authz"
	"skranke/internal/db"
	"skranke/internal/fault"
	"skranke/internal/i18n"
	"skranke/internal/id"
	"skranke/internal/limit"
	"skranke/internal/mail"
)

// welcomeValid is how long the link to a first password works.
const welcomeValid = 14 * 24 * time.Hour

// NewColleague is the form to add one of the operator's own people; Language is a tag.
type NewColleague struct {
	Name, Email, Phone, Language string
	Roles                        []StaffRole
}

// Hire makes somebody one of the operator's people and welcomes them by mail, with a link to choose a password where they have
// none. Who is known here already keeps their account.
func (a *Accounts) Hire(ctx context.Context, by authz.Actor, n NewColleague) (personID string, err error) {
	hire := func(tx *db.Tx) error {
		personID, err = a.hire(ctx, tx, by, n)
		return err
	}
	if err = a.Identity.DB.InTx(ctx, hire); db.IsUnique(err) { // somebody else added the same person in this moment: now they are there
		err = a.Identity.DB.InTx(ctx, hire)
	}
	if err != nil {
		return "", err
	}
	return personID, nil
}

func (a *Accounts) hire(ctx context.Context, tx *db.Tx, by authz.Actor, n NewColleague) (string, error) {
	if err := by.Check(MayEditStaff, authz.Place{}); err != nil {
		return "", err
	}
	if err := lockRoles(ctx, tx, n.Roles); err != nil {
		return "", err
	}
	choices, err := a.Identity.StaffChoices(ctx, tx, by)
	if err != nil {
		return "", err
	}
	who, err := findApplicant(ctx, tx, n.Email)
	if err != nil {
		return "", err
	}
	if err := n.settle(choices, who).Err(); err != nil {
		return "", err
	}
	if who.ID == "" {
		who.ID = id.New()
		p := Person{
			ID: who.ID, Name: n.Name, Email: n.Email, EmailKey: EmailKey(n.Email), Phone: n.Phone, Language: n.Language, Scheme: "auto",
			Status: PersonActive, CreatedAt: tx.Now, Version: 1,
		}
		if err := insertPerson(ctx, tx, p); err != nil {
			return "", err
		}
	} else if err := a.takeOn(ctx, tx, by, who, n); err != nil {
		return "", err
	}
	for _, r := range n.Roles {
		if _, err := giveRole(ctx, tx, who.ID, r); err != nil {
			return "", err
		}
	}
	if err := a.Identity.recordStaff(ctx, tx, by, who.ID, "add", map[string]any{"role": roleData(choices, n.Roles)}); err != nil {
		return "", err
	}
	return who.ID, a.welcome(ctx, tx, by, who.ID)
}

// applicant is what is known of whoever has an e-mail address; without an id it is nobody yet.
type applicant struct {
	ID, Phone, Language        string
	Passwords, Staff, Customer int64
}

// findApplicant keeps who is there from being changed by others until the transaction ends.
func findApplicant(ctx context.Context, tx *db.Tx, email string) (applicant, error) {
	p, err := PersonByEmail(ctx, tx, email)
	if fault.Is(err, fault.NotFound) {
		return applicant{}, nil
	}
	if err != nil {
		return applicant{}, err
	}
	if err := db.LockRow(ctx, tx, "people", p.ID); err != nil {
		return applicant{}, err
	}
	who, err := db.One[applicant](ctx, tx, `
		SELECT p.id, p.phone, p.language, (SELECT count(*) FROM passwords w WHERE w.person_id = p.id) AS passwords,
			(SELECT count(*) FROM staff_roles s WHERE s.person_id = p.id) AS staff,
			(SELECT count(*) FROM members m WHERE m.person_id = p.id AND m.status = $1) AS customer
		FROM people p WHERE p.id = $2`, MemberActive, p.ID)
	if err != nil {
		return applicant{}, fmt.Errorf("find who becomes staff: %w", err)
	}
	return who, nil
}

// settle brings what was typed to the form in which it is kept, and says all that is wrong with it.
func (n *NewColleague) settle(choices []StaffChoice, who applicant) (f fault.Fields) {
	n.Name, n.Phone, n.Email = tidy(n.Name), tidy(n.Phone), CleanEmail(n.Email)
	checkName(&f, "name", n.Name, n.Phone)
	f.Check(ValidEmail(n.Email) && mail.ValidAddress(n.Email), "email", "identity.email")
	l, known := i18n.Parse(n.Language)
	f.Check(known, "language", "identity.language")
	n.Language = l.Tag()
	switch {
	case who.Staff > 0:
		f.Add("email", "identity.colleague.already")
	case who.Customer > 0:
		f.Add("email", "identity.colleague.member")
	}
	checkRoles(&f, choices, n.Roles, func(StaffRole) bool { return false })
	return f
}

// takeOn makes staff of somebody who is known here. Their sessions end: those of staff are shorter. What customers have invited them
// to is withdrawn: nobody is staff and a customer's person.
func (a *Accounts) takeOn(ctx context.Context, tx *db.Tx, by authz.Actor, who applicant, n NewColleague) error {
	if who.Passwords > 0 {
		n.Language = who.Language // they have chosen it themselves
	}
	if n.Phone == "" {
		n.Phone = who.Phone
	}
	if _, err := tx.Exec(ctx, `UPDATE people SET status = $1, language = $2 WHERE id = $3`, PersonActive, n.Language, who.ID); err != nil {
		return fmt.Errorf("make %s staff: %w", who.ID, err)
	}
	if err := rename(ctx, tx, who.ID, n.Name, n.Phone); err != nil {
		return err
	}
	invited, err := db.List[Member](ctx, tx, selectMembers+`ORDER BY m.id`, db.If("m.person_id = ? AND m.status = ?", who.ID, MemberInvited))
	if err != nil {
		return fmt.Errorf("find what %s is invited to: %w", who.ID, err)
	}
	for _, m := range invited {
		m.Status = MemberRemoved
		if err := saveMember(ctx, tx, &m); err != nil {
			return err
		}
		if err := endInvitations(ctx, tx, m.ID); err != nil {
			return err
		}
		if err := a.Identity.recordMember(ctx, tx, by, m, "identity.member.withdraw", nil); err != nil {
			return err
		}
	}
	return endAll(ctx, tx, who.ID)
}

// Welcome mails a colleague who has yet to choose a password a new link; the one before ends.
func (a *Accounts) Welcome(ctx context.Context, by authz.Actor, personID string) error {
	wait := time.Duration(0)
	err := a.Identity.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := a.Identity.theirs(ctx, tx, by, personID)
		if err != nil {
			return err
		}
		if c.MaySignIn || c.Status != PersonActive {
			return fault.New(fault.Conflict, "identity.colleague.moved_on")
		}
		if wait, err = limit.Hit(ctx, tx, "welcome:"+c.ID, resends); err != nil || wait > 0 {
			return err // told after the commit: the hit counts
		}
		if err := a.welcome(ctx, tx, by, c.ID); err != nil {
			return err
		}
		return a.Identity.recordStaff(ctx, tx, by, c.ID, "resend", nil)
	})
	if err == nil && wait > 0 {
		return tooMany(wait)
	}
	return err
}

// welcome writes to a new colleague. Who has no password gets a link to choose one, the only that works.
func (a *Accounts) welcome(ctx context.Context, tx *db.Tx, by authz.Actor, personID string) error {
	c, err := a.Identity.colleague(ctx, tx, by, personID)
	if err != nil {
		return err
	}
	l := c.L()
	letter := mail.Letter{
		Template: "identity.welcome", Subject: l.StaffMailSubject(a.Firm), Paragraphs: []string{l.StaffMailText(a.Firm)},
		Facts: []mail.Fact{{Label: l.StaffRoles(), Value: c.Words(l)}, {Label: l.IdentityEmail(), Value: c.Email}},
	}
	if c.MaySignIn {
		letter.Paragraphs = append(letter.Paragraphs, l.StaffMailKnown())
		letter.Button = &mail.Button{Label: l.AccountMailSignIn(), Link: mail.Ref{Path: "/sign-in"}}
		letter.Links = []mail.Button{forgot(l)}
	} else {
		ask := id.New()
		if err := a.keepLink(ctx, tx, c.ID, ask, welcomeValid); err != nil {
			return err
		}
		letter.Paragraphs = append(letter.Paragraphs, l.StaffMailNext())
		letter.Button = &mail.Button{Label: l.StaffMailButton(), Link: mail.Ref{Kind: ResetLink, ID: ask, Path: "/reset/%s"}}
		letter.Small = []string{l.StaffMailSmall()}
	}
	letter.Small = append(letter.Small, l.StaffMailWhy(a.Firm))
	return a.tell(ctx, tx, owner{ID: c.ID, Name: c.Name, Email: c.Email, Language: c.Language}, letter)
}

// keepLink ends the earlier links to a new password and keeps another.
func (a *Accounts) keepLink(ctx context.Context, tx *db.Tx, personID, ask string, valid time.Duration) error {
	if err := endResets(ctx, tx, personID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO password_resets (id, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		digest(a.Links.Token(ResetLink, ask)), personID, tx.Now, tx.Now.Add(valid))
	if err != nil {
		return fmt.Errorf("make a link for %s: %w", personID, err)
	}
	return nil
}
