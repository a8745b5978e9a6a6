package main

import (
	"strings"
	"testing"
)

const profile = `# callgrind format
positions: instr line
events: Ir

fl=malloc.go
fn=runtime.newobject
0x4010 16 5
cfn=runtime.mallocgc
calls=40 0x4000 1
0x4018 16 900
fn=runtime.mallocgc
0x4004 2 90
0x4000 1 30
cfn=runtime.mallocgcTiny
calls=25 0x3000 1
0x4008 16 700

fn=main.main
cfn=runtime.mallocgc
calls=2 0x4000 1
0x5000 5 10

fn=main.lost
0x4000 1 12

totals: 1655
`

func TestReadProfile(t *testing.T) {
	got, err := readProfile(strings.NewReader(profile), 0x4000)
	if err != nil || got != (cost{instructions: 1655, allocations: 42}) {
		t.Errorf("read %+v, %v; want 1655 instructions and 42 allocations", got, err)
	}
	if _, err := readProfile(strings.NewReader("events: Ir\ntotals: 5\n"), 0x4000); err == nil {
		t.Error("a profile without symbols is taken for one without allocations")
	}
}

func TestJudge(t *testing.T) {
	results := []result{{"lint", "instructions", 1000, 1049}, {"lint", "allocations", 1000, 1080}, {"fix", "instructions", 1000, 500}}
	for _, tt := range []struct {
		trailers, fails string
	}{
		{"", "lint takes 8.0 % more allocations"},
		{"lint allocations 9% -- two readers\n\n", ""},
		{"lint allocations 7% -- two readers\n", "lint takes 8.0 % more allocations"},
		{"fix allocations 9% -- two readers\n", "lint takes 8.0 % more allocations"},
	} {
		accepted, err := parseAccepted(tt.trailers)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		err = judge(&out, results, accepted)
		if (err == nil) != (tt.fails == "") || err != nil && !strings.HasPrefix(err.Error(), tt.fails) {
			t.Errorf("%q: %v, want %q", tt.trailers, err, tt.fails)
		}
		if n := strings.Count(out.String(), "\n"); n != len(results) {
			t.Errorf("%d lines, want one for each result:\n%s", n, out.String())
		}
	}
	for _, bad := range []string{"lint allocations 9%", "lint allocations much -- x", "lint 9% -- x", "lint allocations 9% -- "} {
		if _, err := parseAccepted(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
