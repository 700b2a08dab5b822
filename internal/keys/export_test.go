package keys

// Startable reports whether both gates of an order are open.
func Startable(o Order) bool {
	_, err := o.Next(Start, runner, facts{})
	return err == nil
}
