package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// bars draws the processor time of the programs of a kind, on a scale on which ten times
// as much is as far anywhere.
func bars(k *kind) string {
	const left, right, row, head = 210, 90, 26, 10
	const width = 720
	base := k.programs[0].total.processor.Seconds()
	least, most := 1.0, 1.0
	for _, p := range k.programs {
		r := p.total.processor.Seconds() / base
		least, most = min(least, r), max(most, r)
	}
	low, high := math.Log10(least)-0.3, math.Log10(most)
	x := func(r float64) float64 {
		return left + (math.Log10(r)-low)/(high-low)*(width-left-right)
	}
	height := head*2 + row*len(k.programs)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" `, width, height)
	b.WriteString(`role="img" font-family="sans-serif" font-size="13">` + "\n")
	b.WriteString("<title>Processor time, as a ratio to dockmend's</title>\n" +
		"<style>text{fill:#24292f}.o{fill:#1f6feb}.t{fill:#8c959f}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>\n")
	for i, p := range k.programs {
		r := p.total.processor.Seconds() / base
		y := head + row*i
		class := "t"
		if strings.HasPrefix(p.name, "dockmend") {
			class = "o"
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+17, html.EscapeString(p.name))
		fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d"/>`, class, left, y+4, x(r)-left, row-8)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d">%s</text>`+"\n", x(r)+6, y+17, ratio(r, 1))
	}
	b.WriteString("</svg>\n")
	return b.String()
}
