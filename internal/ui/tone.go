package ui

// Tone is the weight of a message.
type Tone string

// The tones.
const (
	Neutral Tone = "neutral"
	Info    Tone = "info"
	Success Tone = "success"
	Warning Tone = "warning"
	Danger  Tone = "danger"
)

func (t Tone) icon() string {
	switch t {
	case Success:
		return "circle-check"
	case Warning:
		return "triangle-alert"
	case Danger:
		return "octagon-alert"
	case Neutral, Info:
	}
	return "info"
}

// role lets only what is wrong interrupt a screen reader.
func (t Tone) role() string {
	if t == Danger {
		return "alert"
	}
	return "note"
}

// State is what a thing is waiting for or has come to, as its badge shows it. Each module maps its own states to these once.
type State int

// The states a badge can show.
const (
	Received  State = iota // taken in, nothing done yet
	Working                // somebody is at it
	Sent                   // on its way
	Waiting                // somebody must do something; the text says who
	OnHold                 // stopped for a reason
	Done                   // finished well
	Cancelled              // will not happen
	Overdue                // too late, alarm or fault: the only red one
	Blocked                // locked out for good
)

// Badge is a state and its word, at most three words long.
type Badge struct {
	State State
	Text  string
}

var states = [...]struct {
	tone Tone
	icon string
}{
	Received:  {Neutral, "circle"},
	Working:   {Info, "circle-dot"},
	Sent:      {Info, "truck"},
	Waiting:   {Warning, "clock"},
	OnHold:    {Warning, "triangle-alert"},
	Done:      {Success, "circle-check"},
	Cancelled: {Neutral, "circle-x"},
	Overdue:   {Danger, "octagon-alert"},
	Blocked:   {Danger, "ban"},
}

func (s State) tone() Tone   { return states[s].tone }
func (s State) icon() string { return states[s].icon }
