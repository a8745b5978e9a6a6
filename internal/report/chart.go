package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dockmend/dockmend/internal/text"
)

// Sizes of a chart, in units of its SVG.
const (
	chartWidth, chartHeight = 640, 200
	chartLeft, chartRight   = 52, 16
	chartTop, chartBottom   = 12, 24
	chartInside             = chartWidth - chartLeft - chartRight
	chartDeep               = chartHeight - chartTop - chartBottom
	barWidth, gridGap       = 8, 4
)

// chart is the geometry of a trend: lines by severity, and bars of what is new and gone.
type chart struct {
	// Words are for people who do not see it.
	Words      string
	Lines      []chartLine
	Bars       []chartBar
	Grid, Axis []chartMark
	BarGrid    []chartMark
	Points     []TrendPoint
}

type chartLine struct {
	Name, Class, Points string
	Last                int
	Dots                []chartMark
}

// chartMark is a point with words.
type chartMark struct {
	X, Y  int
	Words string
	// Anchor is what of the words is at the point: "start", "middle" or "end".
	Anchor string
}

// chartBar is a bar, by its upper left corner.
type chartBar struct {
	X, Y, Width, Height int
	Class, Words        string
}

// chartOf draws a trend; nil for one of fewer than two audits.
func chartOf(points []TrendPoint) *chart {
	if len(points) < 2 {
		return nil
	}
	c := &chart{Points: points}
	last := points[len(points)-1]
	lines := []struct {
		name string
		of   func(p *TrendPoint) int
	}{
		{"error", func(p *TrendPoint) int { return p.Error }}, {"warning", func(p *TrendPoint) int { return p.Warning }},
		{"info", func(p *TrendPoint) int { return p.Info }}, {"style", func(p *TrendPoint) int { return p.Style }},
	}
	most, mostBar := 1, 1
	for i := range points {
		for _, line := range lines {
			most = max(most, line.of(&points[i]))
		}
		mostBar = max(mostBar, points[i].New, points[i].Gone)
	}
	most, mostBar = roundUp(most), roundUp(mostBar)
	xs := across(points)
	var words []string
	for _, line := range lines {
		x := chartLine{Name: line.name, Class: line.name, Last: line.of(&last)}
		var path strings.Builder
		for i := range points {
			n := line.of(&points[i])
			y := chartTop + chartDeep - n*chartDeep/most
			fmt.Fprintf(&path, "%d,%d ", xs[i], y)
			x.Dots = append(x.Dots, chartMark{xs[i], y, fmt.Sprintf("%s: %s", points[i].Day, text.Counted(n, line.name)), ""})
		}
		x.Points = strings.TrimSpace(path.String())
		c.Lines = append(c.Lines, x)
		words = append(words, fmt.Sprintf("%s from %d to %d", line.name, line.of(&points[0]), x.Last))
	}
	c.Words = fmt.Sprintf("%d audits from %s to %s: %s", len(points), points[0].Day, last.Day, strings.Join(words, ", "))
	for i := range gridGap + 1 {
		c.Grid = append(c.Grid, chartMark{chartLeft, chartTop + chartDeep - i*chartDeep/gridGap, strconv.Itoa(most * i / gridGap), "end"})
	}
	middle := chartTop + chartDeep/2
	for i := range points {
		p := &points[i]
		up, down := p.New*chartDeep/2/mostBar, p.Gone*chartDeep/2/mostBar
		bar := chartBar{X: xs[i] - barWidth/2, Y: middle - up, Width: barWidth, Height: up, Class: "new"}
		bar.Words = fmt.Sprintf("%s: %d new", p.Day, p.New)
		c.Bars = append(c.Bars, bar)
		bar.Y, bar.Height, bar.Class, bar.Words = middle, down, "gone", fmt.Sprintf("%s: %d gone", p.Day, p.Gone)
		c.Bars = append(c.Bars, bar)
	}
	c.BarGrid = []chartMark{
		{chartLeft, chartTop, fmt.Sprintf("+%d", mostBar), "end"}, {chartLeft, middle, "0", "end"},
		{chartLeft, chartTop + chartDeep, fmt.Sprintf("-%d", mostBar), "end"},
	}
	c.Axis = axisOf(points, xs)
	return c
}

// across are the places of audits from left to right: by their days if all are known and
// differ, else at equal distances.
func across(points []TrendPoint) []int {
	days := make([]int, len(points))
	byDay := true
	for i := range points {
		day, err := time.Parse(time.DateOnly, points[i].Day)
		days[i] = int(day.Unix() / int64((24 * time.Hour).Seconds()))
		byDay = byDay && err == nil && (i == 0 || days[i] > days[i-1])
	}
	xs := make([]int, len(points))
	for i := range points {
		part, whole := i, len(points)-1
		if byDay {
			part, whole = days[i]-days[0], days[len(days)-1]-days[0]
		}
		xs[i] = chartLeft + barWidth + part*(chartInside-2*barWidth)/whole
	}
	return xs
}

// axisOf has the days of the last audit, the first one, and those between that have room.
func axisOf(points []TrendPoint, xs []int) []chartMark {
	last := len(points) - 1
	y := chartHeight - 6
	axis := []chartMark{{xs[0], y, points[0].Day, "start"}, {xs[last], y, points[last].Day, "end"}}
	// A day is some 70 units wide; those at the ends lie inside of the chart.
	const room = 80
	for i, left := 1, xs[0]+room/2; i < last; i++ {
		if xs[i]-left >= room && xs[last]-xs[i] >= room*3/2 {
			axis = append(axis, chartMark{xs[i], y, points[i].Day, "middle"})
			left = xs[i]
		}
	}
	return axis
}

// roundUp is the number that a scale of four parts ends with: each part is a digit and
// zeros, or half of that.
func roundUp(n int) int {
	part, unit := (n+gridGap-1)/gridGap, 1
	for unit*10 <= part {
		unit *= 10
	}
	unit = max(unit/2, 1)
	return (part + unit - 1) / unit * unit * gridGap
}
