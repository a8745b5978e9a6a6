package facts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/dockerfile"
	"github.com/dockmend/dockmend/internal/text"
)

// SiteKind says what names an image.
type SiteKind uint8

// The places where a Dockerfile names an image that the builder fetches, and
// those of a Compose file.
const (
	FromSite SiteKind = iota
	CopySite
	MountSite
	SyntaxSite
	// ServiceSite is the image of a service.
	ServiceSite
	// ArgumentSite is a build argument that says what a FROM names.
	ArgumentSite
	// VolumeSite is the source of a volume of the type image.
	VolumeSite
	// ContextSite is a build context that is an image.
	ContextSite
)

// ImageSite is a place that names an image.
type ImageSite struct {
	Kind SiteKind
	// Image is what is named, Image.Span the place that names it.
	Image Image
	// Stage of the site; nil for the syntax directive, and in a Compose file.
	Stage *Stage
	// Services are those that have a ServiceSite as their image, by name.
	Services []string
	// Platforms are those that the site asks for in every build: of a Dockerfile
	// that of FROM --platform, if it is a constant.
	Platforms []string
	// IsSet reports whether the .env beside the file says a part of the reference.
	IsSet bool
	// Repeats is set for a build argument that makes of a FROM what the Dockerfile itself
	// says.
	Repeats bool
	// Local tells that the image comes from no registry, as far as the file says.
	Local bool
	// Refusal says why the reference cannot be rewritten here; empty if it can.
	Refusal string

	// place holds the reference, or the end of it, where it is written: at the
	// site, or as the default of an argument.
	place text.Span
	tail  string
}

// ImageSites lists all places that name an image, in file order. Stages,
// scratch and what no default makes known are left out.
func (f *Dockerfile) ImageSites() []ImageSite { return Once(f, "image sites", nil, f.readSites) }

// SiteOf finds the site that names an image at its place.
func (f *Dockerfile) SiteOf(i Image) (ImageSite, bool) {
	sites := f.ImageSites()
	at := Once(f, "places of images", nil, func() map[text.Span]int {
		first := make(map[text.Span]int, len(sites))
		for n, x := range slices.Backward(sites) {
			first[x.Image.Span] = n
		}
		return first
	})
	n, found := at[i.Span]
	if !found {
		return ImageSite{}, false
	}
	return sites[n], true
}

func (f *Dockerfile) readSites() []ImageSite {
	var sites []ImageSite
	if d, ok := f.Directive("syntax"); ok && d.Problem == "" && d.Value != "" && !strings.ContainsAny(d.Value, " \t") {
		i := ParseImage(d.Value)
		i.Span = d.ValueSpan
		sites = append(sites, ImageSite{Kind: SyntaxSite, Image: i, place: d.ValueSpan, tail: d.Value}.checked())
	}
	for _, s := range f.Stages() {
		i := s.Image
		if s.Parent == nil && i.Known && i.Text != "" && !i.IsScratch() {
			site := ImageSite{Kind: FromSite, Image: i, Stage: s, Platforms: s.constantPlatforms(), place: i.Span, tail: i.Text}
			if i.Raw != i.Text {
				site.place, site.tail, site.Refusal = f.argumentOf(s)
			}
			sites = append(sites, site.checked())
		}
		for _, r := range s.References() {
			if site, ok := s.referenceSite(r); ok {
				sites = append(sites, site)
			}
		}
	}
	return sites
}

// referenceSite is the site of a COPY --from or a mount that names no stage.
func (s *Stage) referenceSite(r Reference) (site ImageSite, ok bool) {
	if r.Stage != nil || r.Text == "" || strings.ContainsAny(r.Text, "$") || strings.Trim(r.Text, "0123456789") == "" {
		return ImageSite{}, false
	}
	if r.Text == "scratch" {
		return ImageSite{}, false
	}
	kind := CopySite
	if r.Instruction.Keyword == "run" {
		kind = MountSite
	}
	i := ParseImage(r.Text)
	i.Span = r.Span
	site = ImageSite{Kind: kind, Image: i, Stage: s, place: r.Span, tail: r.Text}.checked()
	switch {
	case s.doc.Instructions[r.Instruction.Index()] != r.Instruction:
		site.Refusal = "it is in a trigger (ONBUILD), which runs in other builds"
	case !strings.ContainsAny(r.Text, ":/.@"):
		site.Refusal = fmt.Sprintf("%q can be the name of a build context", r.Text)
	}
	return site, true
}

// checked refuses a place that does not hold the text as it is meant: one with
// quotes or escapes, or over several lines.
func (x ImageSite) checked() ImageSite {
	if x.Refusal == "" && x.place.Len() != len(x.tail) {
		x.Refusal = fmt.Sprintf("%q is written with quotes or escapes", x.Image.Raw)
	}
	return x
}

// constantPlatforms has the platform of FROM, none where the build decides.
func (s *Stage) constantPlatforms() []string {
	flag, ok := s.From.Flag("platform")
	if !ok || s.From.Err != nil {
		return nil
	}
	value, known := s.doc.Expand(s.From, flag.Value)
	if !known || value == "" {
		return nil
	}
	return []string{strings.ToLower(value)}
}

// Reference is the image without its digest: what to ask a registry for. What
// stands before an @ that no digest follows may be somebody's credentials, so such
// a text stays whole, and is a reference to nothing.
func (x ImageSite) Reference() string {
	ref, digest, _ := strings.Cut(x.Image.Text, "@")
	if digest != "" && !digestForm.MatchString(digest) {
		return x.Image.Text
	}
	return ref
}

// digestForm is a digest as Docker's grammar of references has it.
var digestForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$`)

// Moves reports whether the tag is latest, or there is none.
func (x ImageSite) Moves() bool { return x.Image.Tag == "" || x.Image.Tag == "latest" }

// Rewrite makes the edit after which the site names the image with another tag
// and digest; either may be empty. ok is false where there is a Refusal.
func (x ImageSite) Rewrite(tag, digest string) (edit text.Edit, ok bool) {
	ref := x.Reference()
	if x.Image.Tag != "" {
		ref = strings.TrimSuffix(ref, ":"+x.Image.Tag)
	}
	if tag != "" {
		ref += ":" + tag
	}
	if digest != "" {
		ref += "@" + digest
	}
	head, found := strings.CutSuffix(x.Image.Text, x.tail)
	tail, same := strings.CutPrefix(ref, head)
	if x.Refusal != "" || !found || !same {
		return text.Edit{}, false
	}
	// Only the parts that differ are edited, each as a whole: name, tag, digest.
	common := 0
	for common < len(tail) && common < len(x.tail) && tail[common] == x.tail[common] {
		common++
	}
	if common < len(x.tail) || (common < len(tail) && tail[common] != ':' && tail[common] != '@') {
		common = strings.LastIndexAny(tail[:common], ":@") + 1
	}
	return text.Edit{Span: text.Span{Start: x.place.Start + common, End: x.place.End}, New: tail[common:]}, true
}

// Rename makes the edit after which the site names another repository, with the same
// tag. ok is false where there is a Refusal, where the reference is not written out in
// one place, and for one with a digest, which is that of another image.
func (x ImageSite) Rename(repository string) (edit text.Edit, ok bool) {
	if repository == "" || x.Refusal != "" || x.Image.Digest != "" || x.tail != x.Image.Text {
		return text.Edit{}, false
	}
	written := len(x.tail)
	if x.Image.Tag != "" {
		written -= len(":" + x.Image.Tag)
	}
	return text.Edit{Span: text.Span{Start: x.place.Start, End: x.place.Start + written}, New: repository}, true
}

// argumentOf finds the default that the reference of a FROM ends in. It refuses
// one that something else depends on too: a digest is right for one image only.
func (f *Dockerfile) argumentOf(s *Stage) (place text.Span, tail, refusal string) {
	raw := s.Image.Raw
	uses := VariableUses(raw, f.Escape)
	switch {
	case len(uses) == 0:
		return text.Span{}, "", fmt.Sprintf("%q is written with quotes or escapes", raw)
	case len(uses) > 1:
		return text.Span{}, "", fmt.Sprintf("%q is made of several arguments", raw)
	case uses[0].End != len(raw):
		return text.Span{}, "", fmt.Sprintf("the argument %s is only a part of %q, and a digest fits only one value", uses[0].Name, raw)
	}
	name := uses[0].Name
	v, ok := f.ScopeAt(s.From).Lookup(name)
	if uses[0].HasDefault {
		return inlineDefault(s.Image, uses[0], ok && v.Known)
	}
	if !ok || v.Instruction == nil || !v.Pair.HasValue {
		return text.Span{}, "", fmt.Sprintf("%s has no default in the file", name)
	}
	if line := f.otherUse(s, name, v.Instruction); line > 0 {
		return text.Span{}, "", fmt.Sprintf("the argument %s is also used in line %d, for something else", name, line)
	}
	place, tail = v.Pair.ValueSpan, v.Pair.Value
	if n := len(tail); n >= 2 && (tail[0] == '"' || tail[0] == '\'') && tail[n-1] == tail[0] {
		place, tail = text.Span{Start: place.Start + 1, End: place.End - 1}, tail[1:n-1]
	}
	if strings.ContainsAny(tail, "$\"'") || strings.IndexByte(tail, f.Escape) >= 0 {
		return text.Span{}, "", fmt.Sprintf("the default of %s is made of other arguments", name)
	}
	return place, tail, ""
}

// inlineDefault is the default in "${TAG:-3.13}", which counts where nobody gives
// the argument a value, and for this reference only.
func inlineDefault(i Image, use VariableUse, isSet bool) (place text.Span, tail, refusal string) {
	head := "${" + use.Name + ":-"
	tail, found := strings.CutPrefix(i.Raw[use.Start:], head)
	tail, closed := strings.CutSuffix(tail, "}")
	if isSet || !found || !closed || strings.ContainsAny(tail, "${}\"'\\`") || i.Span.Len() != len(i.Raw) {
		return text.Span{}, "", fmt.Sprintf("%q depends on whether %s is set", i.Raw, use.Name)
	}
	return text.Span{Start: i.Span.Start + use.Start + len(head), End: i.Span.End - 1}, tail, ""
}

// otherUse is the line of the first instruction that would change if the
// argument's default did, beside those FROMs that are written like this one; 0
// if there is none.
func (f *Dockerfile) otherUse(s *Stage, name string, definition *dockerfile.Instruction) int {
	key := stageArgument{s, name}
	line, known := f.otherUses[key]
	if !known {
		if f.otherUses == nil {
			f.otherUses = map[stageArgument]int{}
		}
		line = f.findOtherUse(s, name, definition)
		f.otherUses[key] = line
	}
	return line
}

// stageArgument is an argument in the FROM of a stage.
type stageArgument struct {
	stage *Stage
	name  string
}

func (f *Dockerfile) findOtherUse(s *Stage, name string, definition *dockerfile.Instruction) int {
	line := func(in *dockerfile.Instruction) int { return f.Lines.Position(in.Span.Start).Line }
	inStage := false
	for _, in := range f.Instructions {
		if in.Keyword == "from" {
			inStage = true
			count := 0
			for _, use := range VariableUses(f.Text(in.Span), f.Escape) {
				if use.Name == name {
					count++
				}
			}
			same := len(in.Words) > 0 && in.Words[0].Text == s.Image.Raw
			if count > 1 || (count == 1 && !same) {
				return line(in)
			}
			continue
		}
		if in.Keyword != "arg" {
			continue
		}
		for _, p := range in.Pairs {
			switch {
			case p.Key == name && !p.HasValue && inStage, p.Key == name && p.HasValue && !inStage && in != definition:
				return line(in)
			case inStage:
				continue
			}
			for _, use := range VariableUses(p.Value, f.Escape) {
				if use.Name == name {
					return line(in)
				}
			}
		}
	}
	return 0
}

// Local says why an image of the Dockerfile comes from no registry, or not from
// there alone: a build has a context of its name, or the project builds it. It is
// empty where no file around says so.
func (p *Project) Local(i Image) string {
	if !p.known() || !i.Known {
		return ""
	}
	if by := p.NamedContext(i.Text); by != "" {
		return fmt.Sprintf("%q is the name of a build context, see %q", i.Text, by)
	}
	if by := p.BuiltBy(i); by != "" {
		return fmt.Sprintf("%q is built in this project, see %q", i.Text, by)
	}
	return ""
}
