package keysweb

import (
	"skranke/internal/i18n"
	"skranke/internal/keys"
	"skranke/internal/ui"
)

// StatusBadge is the one place where an order's status becomes a shape, a colour and a word.
func StatusBadge(l i18n.L, s keys.Status) ui.Badge {
	state := map[keys.Status]ui.State{
		keys.AwaitingPayment: ui.Waiting, keys.AwaitingBoard: ui.Waiting, keys.StatusMaking: ui.Working, keys.StatusReady: ui.Waiting,
		keys.StatusSent: ui.Sent, keys.StatusReceived: ui.Done, keys.StatusRejected: ui.Cancelled, keys.StatusExpired: ui.Cancelled,
		keys.StatusCancelled: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("keys.status." + string(s))}
}

// moneyBadge is the money's column of an order.
func moneyBadge(l i18n.L, s keys.PaymentState) ui.Badge {
	state := map[keys.PaymentState]ui.State{
		keys.PayNone: ui.Waiting, keys.PayLinkSent: ui.Waiting, keys.Reserved: ui.Done, keys.Captured: ui.Done, keys.OnAccount: ui.Done,
		keys.Released: ui.Cancelled, keys.Refunded: ui.Cancelled, keys.Lapsed: ui.OnHold,
	}[s]
	return ui.Badge{State: state, Text: l.Code("keys.payment." + string(s))}
}

// boardBadge is the board's column.
func boardBadge(l i18n.L, s keys.BoardState) ui.Badge {
	state := map[keys.BoardState]ui.State{
		keys.BoardNone: ui.Received, keys.BoardAsked: ui.Waiting, keys.BoardApproved: ui.Done, keys.BoardRejected: ui.Cancelled, keys.BoardExpired: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("keys.board." + string(s))}
}

// workBadge is the workshop's column.
func workBadge(l i18n.L, s keys.WorkState) ui.Badge {
	state := map[keys.WorkState]ui.State{
		keys.WorkWaiting: ui.Received, keys.InProduction: ui.Working, keys.Ready: ui.Waiting, keys.Sent: ui.Sent, keys.Received: ui.Done, keys.Cancelled: ui.Cancelled,
	}[s]
	return ui.Badge{State: state, Text: l.Code("keys.work." + string(s))}
}

// itemBadge is the state of one fob or key.
func itemBadge(l i18n.L, s keys.ItemState) ui.Badge {
	state := map[keys.ItemState]ui.State{
		keys.ItemMade: ui.Working, keys.ItemActive: ui.Done, keys.ItemLost: ui.OnHold, keys.ItemBlocked: ui.Blocked, keys.ItemReturned: ui.Received,
	}[s]
	return ui.Badge{State: state, Text: l.Code("keys.state." + string(s))}
}
