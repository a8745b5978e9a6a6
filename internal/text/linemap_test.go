package text

import (
	"slices"
	"testing"
)

func TestLineMap(t *testing.T) {
	tests := []struct {
		name, before, after string
		want                []int
	}{
		{"equal", "a\nb\n", "a\nb\n", []int{0, 1, 2}},
		{"inserted above", "a\nb\n", "x\na\nb\n", []int{0, 2, 3}},
		{"gone", "a\nb\nc\n", "a\nc\n", []int{0, 1, 0, 2}},
		{"changed", "a\nb\nc\n", "a\nB\nc\n", []int{0, 1, 0, 3}},
		{"line ends", "a\r\nb", "x\na\nb\n", []int{0, 2, 3}},
		{"empty", "", "a\n", []int{0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := LineMap([]byte(tt.before), []byte(tt.after)); !slices.Equal(got, tt.want) {
				t.Errorf("LineMap = %v, want %v", got, tt.want)
			}
		})
	}
}
