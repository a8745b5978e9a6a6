package compose

import (
	"math"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
)

// byteCount reads an amount of memory as Compose does: "1g", "1.5 GB", "512MiB"
// are all multiples of 1024.
func byteCount(v compose.Value) (float64, bool) {
	if !v.Known {
		return 0, false
	}
	text := strings.ToLower(strings.TrimSpace(v.Text))
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz ")
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, false
	}
	unit := strings.TrimSpace(text[len(number):])
	unit = strings.TrimSuffix(strings.TrimSuffix(unit, "b"), "i")
	power := strings.Index(" kmgtp", unit)
	switch {
	case unit == "":
		return n, true
	case power < 1 || len(unit) != 1:
		return 0, false
	}
	return n * math.Pow(1024, float64(power)), true
}
