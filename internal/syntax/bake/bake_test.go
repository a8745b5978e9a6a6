package bake_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/syntax/bake"
)

const hclFile = `# a comment
variable "TAG" { default = "1.2" }
group "default" { targets = ["app", "web"] } // another
/* of two
   lines */
target "app" {
  context = "./app"
  dockerfile = "Dockerfile.${TAG}"
  args = { VERSION = TAG, "OTHER" = "x" }
  tags = [upper(TAG)]
}
`

func TestParse(t *testing.T) {
	f := bake.Parse([]byte(hclFile))
	if f.Err != nil || f.Limit != "" || len(f.Blocks) != 3 || len(f.Comments) != 4 {
		t.Fatalf("got %d blocks, %d comments, %v, %q", len(f.Blocks), len(f.Comments), f.Err, f.Limit)
	}
	app := f.Blocks[2]
	file := app.Get("dockerfile").Value
	if app.Kind != "target" || app.Name != "app" || file.Text != "Dockerfile.1.2" || !file.Known || file.Fixed {
		t.Errorf("got %+v with %+v", app, file)
	}
	if context := app.Get("context").Value; context.Text != "./app" || !context.Fixed || string(context.Span.Of(f.Src)) != `"./app"` {
		t.Errorf("context: %+v", context)
	}
	if args := app.Get("args").Value; !args.IsObject || len(args.Pairs) != 2 || args.Pairs[0].Key != "VERSION" || args.Pairs[1].Key != "OTHER" {
		t.Errorf("args: %+v", args)
	}
	if tag := app.Get("tags").Value.Items[0]; tag.Known {
		t.Errorf("a computed value is known: %+v", tag)
	}
	if list := f.Blocks[1].Get("targets").Value; !list.IsList || len(list.Items) != 2 || list.Items[1].Text != "web" {
		t.Errorf("targets: %+v", list)
	}
	if app.Get("nothing") != nil {
		t.Error("an attribute that is not there")
	}
}

func TestParseJSON(t *testing.T) {
	f := bake.Parse([]byte(`{"target": {"app": {"context": ".", "tags": ["a:${TAG}"], "args": {"A": "b"}}}, "group": {"default": {"targets": ["app"]}}}`))
	if f.Err != nil || len(f.Blocks) != 2 || f.Blocks[0].Name != "app" || f.Blocks[1].Kind != "group" {
		t.Fatalf("got %+v, %v", f.Blocks, f.Err)
	}
	if c := f.Blocks[0].Get("context").Value; c.Text != "." || !c.Fixed {
		t.Errorf("context: %+v", c)
	}
	if tag := f.Blocks[0].Get("tags").Value.Items[0]; tag.Known || tag.Fixed {
		t.Errorf("a text with a variable is known: %+v", tag)
	}
}

func TestRefused(t *testing.T) {
	for src, want := range map[string]string{
		"target \"app\" {\n  context = \n}\n": "Invalid expression",
		`{"target": `:                         "",
	} {
		if f := bake.Parse([]byte(src)); f.Err == nil || !strings.Contains(f.Err.Message, want) || len(f.Blocks) > 0 {
			t.Errorf("%q: %+v", src, f.Err)
		}
	}
	if f := bake.Parse([]byte(strings.Repeat("#", bake.MaxBytes+1))); f.Limit == "" {
		t.Error("a large file is read")
	}
	if f := bake.Parse([]byte("a = " + strings.Repeat("[", 20_000))); f.Limit == "" {
		t.Error("a deeply nested file is read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(hclFile))
	f.Add([]byte(`{"target": {"a": {"args": {"B": null, "C": [1, {}]}}}}`))
	f.Add([]byte("target {}\ntarget \"a\" \"b\" {\nx = <<EOT\n${a}\nEOT\n}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		file := bake.Parse(src)
		for _, b := range file.Blocks {
			for _, a := range b.Attributes {
				if s := a.Value.Span; s.Start < 0 || s.End < s.Start || s.End > len(src) {
					t.Errorf("%q: the value of %q is at %v of %d bytes", src, a.Name, s, len(src))
				}
			}
		}
	})
}
