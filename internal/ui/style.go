package ui

import (
	"fmt"
	"strconv"
	"time"

	"skranke/internal/chart"
	"skranke/internal/day"
	"skranke/internal/money"
)

// stylePart is one section of the style page.
type stylePart struct{ id, title string }

func styleParts(l L) []stylePart {
	return []stylePart{
		{"type", l.StyleType()},
		{"colours", l.StyleColours()},
		{"buttons", l.StyleButtons()},
		{"badges", l.StyleBadges()},
		{"messages", l.StyleMessages()},
		{"forms", l.StyleForms()},
		{"drawings", l.StyleDrawings()},
		{"lists", l.StyleLists()},
		{"figures", l.StyleFigures()},
		{"progress", l.StyleProgress()},
		{"order", l.StyleOrder()},
	}
}

type styleColour struct {
	name  string
	label string
}

func styleColours(l L) []styleColour {
	return []styleColour{
		{"accent", l.StyleColourAccent()},
		{"brand", l.StyleColourBrass()},
		{"neutral", l.StyleColourNeutral()},
		{"info", l.StyleColourInfo()},
		{"success", l.StyleColourSuccess()},
		{"warning", l.StyleColourWarning()},
		{"danger", l.StyleColourDanger()},
	}
}

// styleShades are the classes that show a colour on its way from background to base.
var styleShades = []string{"shade-1", "shade-2", "shade-3", "shade-4", "shade-5", "shade-6"}

func styleBadges(l L) []Badge {
	return []Badge{
		{Received, l.StyleBadgeReceived()},
		{Working, l.StyleBadgeWorking()},
		{Sent, l.StyleBadgeSent()},
		{Waiting, l.StyleBadgeWaiting()},
		{OnHold, l.StyleBadgeOnHold()},
		{Done, l.StyleBadgeDone()},
		{Cancelled, l.StyleBadgeCancelled()},
		{Overdue, l.StyleBadgeOverdue()},
		{Blocked, l.StyleBadgeBlocked()},
	}
}

func styleErrors(l L) []FieldError {
	return []FieldError{
		{"style-email", l.StyleFieldEmailError()},
		{"style-why", l.StyleFieldWhyError()},
		{"style-agree", l.StyleFieldAgreeError()},
	}
}

// The style page is always written on the same day, so that two pictures of it can be compared.
func styleDate(l L, dayOfMonth int) string { return l.Date(day.New(2026, time.November, dayOfMonth)) }

func styleMoment(l L, dayOfMonth, hour, minute int) string {
	return l.DateTime(time.Date(2026, time.November, dayOfMonth, hour, minute, 0, 0, time.UTC), time.UTC)
}

func styleTable(l L) TableData {
	waiting, working, done, cancelled := styleBadges(l)[3], styleBadges(l)[1], styleBadges(l)[5], styleBadges(l)[6]
	row := func(id, what, flat, place, date, amount string, b Badge) []Cell {
		return []Cell{
			{Text: id, Href: "#lists"},
			{Text: what, Sub: l.StyleRowFlat(flat)},
			{Text: place},
			{Text: date, Tabular: true},
			{Badge: &b},
			{Text: amount},
		}
	}
	return TableData{
		L: l, Caption: l.StyleListCaption(),
		Cols: []Col{
			{Label: l.StyleColOrder(), Spot: SpotTitle},
			{Label: l.StyleColWhat()},
			{Label: l.StyleColPlace(), Spot: SpotNone},
			{Label: l.StyleColDate(), Spot: SpotLabeled, SortHref: "#lists", Sorted: "descending"},
			{Label: l.StyleColStatus(), Spot: SpotCorner},
			{Label: l.StyleColAmount(), Num: true, Spot: SpotAmount},
		},
		Rows: [][]Cell{
			row("B-20418", l.StyleRowFob(), "H0304", "Bjerkealléen 14 B", styleDate(l, 19), l.Amount(69800, money.NOK), waiting),
			row("B-20411", l.StyleRowKey(), "H0101", "Bjerkealléen 12 A", styleDate(l, 17), l.Amount(54900, money.NOK), working),
			row("B-20362", l.StyleRowFob(), "H0502", "Bjerkealléen 14 A", styleDate(l, 12), l.Amount(34900, money.NOK), done),
			row("B-20340", l.StyleRowKey(), "H0203", "Bjerkealléen 12 B", styleDate(l, 3), l.Amount(54900, money.NOK), cancelled),
		},
	}
}

func styleFigures(l L) []KPIData {
	return []KPIData{
		{Icon: "wrench", Label: l.StyleKPIOpen(), Value: "3", Note: l.StyleKPIOpenNote(), Href: "#figures"},
		{Icon: "package", Label: l.StyleKPIOrders(), Value: "5", Note: l.StyleKPIOrdersNote(), Href: "#figures"},
		{Icon: "receipt", Label: l.StyleKPIUnpaid(), Value: l.Amount(1845000, money.NOK), Unit: "kr", Note: l.StyleKPIUnpaidNote(), Bad: true, Href: "#figures"},
		{Icon: "shield-check", Label: l.StyleKPICheck(), Value: styleDate(l, 30), Note: l.StyleKPICheckNote()},
	}
}

func styleChart(l L) ChartData {
	inTime := []int64{6, 9, 11, 8, 7, 10, 5, 3, 9, 12, 10, 7}
	late := []int64{1, 3, 2, 1, 0, 2, 1, 0, 2, 1, 3, 1}
	s := chart.Stack{ID: "style-chart", Title: l.StyleChartTitle(), Height: 240}
	table := TableData{
		L: l, Caption: l.StyleChartTitle(),
		Cols: []Col{
			{Label: l.StyleChartMonth(), Spot: SpotTitle},
			{Label: l.StyleChartInTime(), Num: true, Spot: SpotLabeled},
			{Label: l.StyleChartLate(), Num: true, Spot: SpotLabeled},
		},
	}
	for i := range inTime {
		month := fmt.Sprintf("%02d", (i+11)%12+1)
		a, b := strconv.FormatInt(inTime[i], 10), strconv.FormatInt(late[i], 10)
		s.Bars = append(s.Bars, chart.Bar{Label: month, Title: l.StyleChartBar(a, b, month), Href: "#figures", Values: []int64{inTime[i], late[i]}, Current: i == len(inTime)-1})
		table.Rows = append(table.Rows, []Cell{{Text: month}, {Text: a}, {Text: b}})
	}
	return ChartData{
		Figure: s.Draw(), Legend: []string{l.StyleChartInTime(), l.StyleChartLate()},
		Finding: l.StyleChartFinding(), TableSummary: l.StyleChartTable(), Table: table,
	}
}

func styleRows(l L) chart.Figure {
	return chart.Rows{ID: "style-rows", Title: l.StyleChartSites(), Rows: []chart.Row{
		{Label: "Bjerkealléen 12 A", Href: "#figures", Value: 412, Text: "412"},
		{Label: "Bjerkealléen 14 B", Href: "#figures", Value: 268, Text: "268"},
		{Label: "Bjerkealléen 16", Href: "#figures", Value: 96, Text: "96"},
	}}.Draw()
}

func styleSpark(l L) chart.Figure {
	return chart.Spark{ID: "style-spark", Title: l.StyleChartSpark(), Values: []int64{3, 5, 4, 6, 5, 8, 7, 9}}.Draw()
}

func styleStages(l L, rejected bool) []Stage {
	stages := []Stage{
		{Text: l.StyleStageOrdered(), When: styleDate(l, 17), Reach: Passed},
		{Text: l.StyleStagePaid(), When: styleDate(l, 17), Reach: Passed},
		{Text: l.StyleStageBoard(), Note: l.StyleStageBoardNote(), Reach: Now},
		{Text: l.StyleStageMade()},
		{Text: l.StyleStageDelivered()},
	}
	if rejected {
		stages = append(stages[:2], Stage{Text: l.StyleStageRejected(), When: styleDate(l, 18), Reach: Stopped})
	}
	return stages
}

func styleSteps(l L) []Step {
	return []Step{{l.StyleStepWho(), "#progress"}, {l.StyleStepFob(), "#progress"}, {l.StyleStepDelivery(), ""}, {l.StyleStepPay(), ""}}
}

func styleEvents(l L) []Event {
	return []Event{
		{When: styleMoment(l, 18, 9, 12), Machine: "2026-11-18T09:12:00+01:00", Text: l.StyleEventApproved(), Icon: "check", Tone: Success},
		{When: styleMoment(l, 17, 20, 41), Machine: "2026-11-17T20:41:00+01:00", Text: l.StyleEventPaid(), Note: l.StyleEventPaidNote(), Icon: "credit-card", Tone: Info},
		{When: styleMoment(l, 17, 20, 38), Machine: "2026-11-17T20:38:00+01:00", Text: l.StyleEventOrdered(), Icon: "inbox"},
	}
}

func styleOrder(l L) OrderLinesData {
	kr := func(minor int64) string { return l.Amount(minor, money.NOK) }
	return OrderLinesData{
		L: l, Caption: l.StyleOrderTitle(),
		Lines: []LineData{{What: l.StyleOrderLine(), Note: l.StyleOrderLineNote(), Amount: kr(55840)}, {What: l.StyleOrderFreight(), Amount: kr(7200)}},
		Sums:  []SumData{{l.StyleOrderNet(), kr(63040)}, {l.StyleOrderVat(), kr(15760)}},
		Total: SumData{l.StyleOrderTotal(), l.Money(money.Of(78800, money.NOK))},
	}
}
