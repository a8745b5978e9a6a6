package facts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dockmend/dockmend/internal/syntax/compose"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
	"github.com/dockmend/dockmend/internal/text"
)

// ImageSites lists the places that name an image, in file order, each once
// however many services share it: values of image, sources of mounts of that type,
// build contexts that are images, and build arguments in which a FROM ends. What no default makes known is left out, and so are the arguments
// of builds that cannot be read, or are more than anybody writes.
func (p *Project) ImageSites(f *Compose) []ImageSite {
	if p == nil {
		return p.readSites(f, nil)
	}
	return p.sites.get(func() []ImageSite { return p.readSites(f, nil) })
}

// SetSites is ImageSites with the values that the .env beside the file gives to
// variables.
func (p *Project) SetSites(f *Compose) []ImageSite {
	set := p.envSet()
	if len(set) == 0 {
		return p.ImageSites(f)
	}
	return p.setSites.get(func() []ImageSite { return p.readSites(f, set) })
}

func (p *Project) readSites(f *Compose, set map[string]string) []ImageSite {
	l := siteList{project: p, file: f, set: set, at: map[text.Span]int{}, left: maxBuiltStages}
	for _, s := range f.All() {
		l.addImage(s)
		l.addArguments(s)
		l.addMounts(s)
		l.addContexts(s)
	}
	for i := range l.sites {
		l.sites[i].refuseShared(f)
	}
	slices.SortFunc(l.sites, func(a, b composeSite) int { return a.Image.Span.Start - b.Image.Span.Start })
	sites := make([]ImageSite, len(l.sites))
	for i, x := range l.sites {
		sites[i] = x.checked()
	}
	return sites
}

// composeSite is a site with the value that holds it.
type composeSite struct {
	ImageSite
	value compose.Value
	// uses counts the services that have the value through this site.
	uses int
}

// siteList has the sites so far, by their places.
type siteList struct {
	project *Project
	file    *Compose
	// set are the values of variables that count in place of defaults.
	set   map[string]string
	sites []composeSite
	at    map[text.Span]int
	// left is how many stages of builds may still be looked at.
	left int
}

// maxBuiltStages bounds how many stages are looked at, for all services together.
const maxBuiltStages = 10_000

// add takes a site, or joins it with the one at its place: an anchor serves
// several services.
func (l *siteList) add(x ImageSite, v compose.Value) {
	i, had := l.at[x.Image.Span]
	if !had {
		l.at[x.Image.Span] = len(l.sites)
		l.sites = append(l.sites, composeSite{x, v, 1})
		return
	}
	have := &l.sites[i]
	have.uses++
	have.Services = append(have.Services, x.Services...)
	have.Platforms = append(have.Platforms, x.Platforms...)
	have.Local = have.Local || x.Local
	switch {
	case have.Refusal != "":
	case have.Image.Text != x.Image.Text:
		have.Refusal = fmt.Sprintf("%q is a part of %q and of %q, and a digest fits only one image", v.Raw, have.Image.Text, x.Image.Text)
	default:
		have.Refusal = x.Refusal
	}
}

func (l *siteList) addImage(s *ComposeService) {
	v, isSet := withSet(s.Value("image"), l.set)
	i, ok := imageOf(v)
	if !ok || !i.Known || i.Repository == "" || i.IsScratch() {
		return
	}
	x := ImageSite{Kind: ServiceSite, Image: i, IsSet: isSet, Services: []string{s.Name}, Platforms: s.platforms()}
	x.place, x.tail, x.Refusal = l.placeOfValue(v)
	switch policy := s.Value("pull_policy").Text; {
	case s.Has("build"):
		x.Local, x.Refusal = true, fmt.Sprintf("%q is built by the same service", i.Text)
	case l.file.Builds(i):
		x.Local, x.Refusal = true, fmt.Sprintf("%q is built by another service of the file", i.Text)
	case policy == "never" || policy == "build":
		x.Local, x.Refusal = true, fmt.Sprintf("%q is never pulled", i.Text)
	case s.mayInheritBuild():
		x.Refusal = fmt.Sprintf("%q is possibly built: the service extends one that has a build, or that is not known", i.Text)
	}
	l.add(x, v)
}

// addMounts adds the images that a service mounts: volumes in the long form, of the
// type image.
func (l *siteList) addMounts(s *ComposeService) {
	for _, m := range s.AllMounts() {
		if !m.Long {
			continue
		}
		long := l.file.View.Pairs(m.Node)
		kind, source := valueIn(l.file, long, "type"), valueIn(l.file, long, "source")
		if kind.Text == "image" && source.Known && source.Text != "" {
			l.addOther(s, VolumeSite, source, "")
		}
	}
}

// imageScheme stands before the reference of a build context that is an image.
const imageScheme = "docker-image://"

// addContexts adds the images that a service's build takes as contexts.
func (l *siteList) addContexts(s *ComposeService) {
	section, ok := s.Build()
	if !ok {
		return
	}
	for _, kv := range l.file.KeyValues(section.Get("additional_contexts")) {
		if kv.Value.Known && strings.HasPrefix(kv.Value.Raw, imageScheme) {
			l.addOther(s, ContextSite, kv.Value, imageScheme)
		}
	}
}

// addOther adds the image of a value that begins with a scheme.
func (l *siteList) addOther(s *ComposeService, kind SiteKind, v compose.Value, scheme string) {
	i := ParseImage(strings.TrimPrefix(v.Text, scheme))
	i.Raw, i.Span = strings.TrimPrefix(v.Raw, scheme), v.Span
	if scheme != "" {
		i.Span = l.file.Place(v, text.Span{Start: len(scheme), End: len(v.Raw)})
	}
	if i.Repository == "" {
		return
	}
	x := ImageSite{Kind: kind, Image: i, Services: []string{s.Name}, Platforms: s.platforms(), Local: l.file.Builds(i)}
	if x.place, x.tail, x.Refusal = l.placeOfValue(v); x.Refusal == "" && scheme != "" && !i.HasVariable() {
		x.place, x.tail = i.Span, i.Raw
	}
	if x.Local {
		x.Refusal = fmt.Sprintf("%q is built by a service of the file", i.Text)
	}
	l.add(x, v)
}

// valueIn is the value of a key; what does not exist where there is none.
func valueIn(f *Compose, pairs []*yaml.Pair, key string) compose.Value {
	for _, p := range pairs {
		if p.Key.Value == key {
			return f.Value(p.Value)
		}
	}
	return compose.Value{}
}

// maxExtends is how many services that extend each other are followed.
const maxExtends = 20

// mayInheritBuild reports whether the service has a build through another one, or
// may have.
func (s *ComposeService) mayInheritBuild() bool {
	for range maxExtends {
		if !s.Has("extends") {
			return false
		}
		v := s.Value("extends", "service")
		if !v.Exists() {
			v = s.Value("extends")
		}
		next := s.file.Named(v.Text)
		if s.Value("extends", "file").Exists() || next == nil || next.Has("build") {
			return true
		}
		s = next
	}
	return true
}

// platforms are those that the service is for by its own words.
func (s *ComposeService) platforms() []string {
	if v := s.Value("platform"); v.Exists() && v.Known {
		return []string{strings.ToLower(v.Text)}
	}
	return nil
}

// addArguments adds the build arguments of a service that say what a FROM of the
// Dockerfile names.
func (l *siteList) addArguments(s *ComposeService) {
	section, ok := s.Build()
	if !ok || len(section.Args) == 0 {
		return
	}
	built, err := l.project.Build(s)
	if err != nil || built.File == nil {
		return
	}
	given := map[string]compose.Value{}
	set := map[string]bool{}
	for _, arg := range section.Args {
		given[arg.Key], set[arg.Key] = withSet(arg.Value, l.set) // of a name that comes twice the last counts
	}
	platforms := s.platforms()
	for _, v := range section.Platforms {
		if v.Known {
			platforms = append(platforms, strings.ToLower(v.Text))
		}
	}
	for _, stage := range built.File.Stages() {
		if l.left--; l.left < 0 {
			return
		}
		if !stage.Image.HasVariable() {
			continue
		}
		if x, v, ok := l.argumentSite(built.File.Dockerfile, stage, given); ok {
			x.IsSet = slices.ContainsFunc(VariableUses(stage.Image.Raw, built.File.Escape), func(u VariableUse) bool { return set[u.Name] })
			if _, own := stage.From.Flag("platform"); !own {
				x.Platforms = platforms
			}
			l.add(x, v)
		}
	}
}

// argumentSite is the site of the build argument in which the FROM of a stage
// ends; ok is false where no argument of the build decides about it.
func (l *siteList) argumentSite(d *Dockerfile, s *Stage, given map[string]compose.Value) (x ImageSite, v compose.Value, ok bool) {
	raw := s.Image.Raw
	uses := VariableUses(raw, d.Escape)
	name := ""
	for _, use := range uses {
		// Only a global ARG reaches FROM.
		declared, isThere := d.ScopeAt(s.From).Lookup(use.Name)
		if value := given[use.Name]; isThere && declared.Instruction != nil && value.Exists() && value.Known && value.Text != "" {
			name, v = use.Name, value
		}
	}
	if name == "" {
		return x, v, false
	}
	scope := d.ScopeAt(s.From)
	definition, _ := scope.Lookup(name)
	for _, use := range uses {
		if value := given[use.Name]; value.Exists() {
			scope = scope.with(Variable{Name: use.Name, Value: value.Text, Known: value.Known})
		}
	}
	full, all := d.expand(raw, scope)
	if !all || full == "scratch" || d.named(full, s.Index) != nil {
		return x, v, false
	}
	x = ImageSite{
		Kind:      ArgumentSite,
		Image:     ParseImage(full),
		Platforms: s.constantPlatforms(),
		Repeats:   s.Image.Known && s.Image.Text == full,
	}
	x.Image.Raw, x.Image.Span = v.Raw, v.Span
	x.Local = l.file.Builds(x.Image)
	switch last := uses[len(uses)-1]; {
	case x.Local:
		x.Refusal = fmt.Sprintf("%q is built by another service of the file", full)
	case len(uses) > 1:
		x.Refusal = fmt.Sprintf("%q of the Dockerfile is made of several arguments", raw)
	case last.End != len(raw) || !strings.HasSuffix(full, v.Text):
		x.Refusal = fmt.Sprintf("the argument %s is only a part of %q, and a digest fits only one value", name, raw)
	default:
		if line := d.otherUse(s, name, definition.Instruction); line > 0 {
			x.Refusal = fmt.Sprintf("the argument %s is also used in line %d of the Dockerfile, for something else", name, line)
			break
		}
		x.place, x.tail, x.Refusal = l.placeOfValue(v)
	}
	return x, v, true
}

// placeOfValue is where the end of a reference stands in a value, or the reason
// why it cannot be told: in the text itself, or in the default of its variable.
func (l *siteList) placeOfValue(v compose.Value) (place text.Span, tail, refusal string) {
	f := l.file
	variables := v.Template.Variables()
	if len(variables) == 0 {
		return f.Place(v, text.Span{End: len(v.Raw)}), v.Raw, ""
	}
	last := v.Template.Parts[len(v.Template.Parts)-1].Variable
	switch use := variables[0]; {
	case len(variables) > 1:
		return text.Span{}, "", fmt.Sprintf("%q is made of several variables", v.Raw)
	case last == nil:
		return text.Span{}, "", fmt.Sprintf("the variable %s is only a part of %q, and a digest fits only one value", use.Name, v.Raw)
	case use.Operator != "-" && use.Operator != ":-":
		return text.Span{}, "", fmt.Sprintf("%q depends on whether %s is set", v.Raw, use.Name)
	case l.project.envSets(use.Name):
		return text.Span{}, "", fmt.Sprintf("the file .env sets %s, so its default does not count here", use.Name)
	default:
		if line := f.otherVariable(use.Name, v); line > 0 {
			return text.Span{}, "", fmt.Sprintf("the variable %s is also used in line %d, for something else", use.Name, line)
		}
		end := use.Span.End - 1
		return f.Place(v, text.Span{Start: end - len(use.Raw), End: end}), use.Raw, ""
	}
}

// variableUses are the uses of one variable: the first, and the first that is
// written otherwise.
type variableUses struct {
	first           string
	line, otherLine int
}

// otherVariable is the line of the first value that names the variable, and is
// neither this one nor one for the same thing that is written as it is; 0 if there
// is none.
func (f *Compose) otherVariable(name string, v compose.Value) int {
	use := f.variables.get(f.allVariables)[name]
	if use.first == useOf(v.Node) {
		return use.otherLine
	}
	return use.line
}

func (f *Compose) allVariables() map[string]variableUses {
	uses := map[string]variableUses{}
	for _, d := range f.File.Documents {
		d.Root.Walk(func(n *yaml.Node) bool {
			if n.Kind == yaml.Scalar && strings.IndexByte(n.Value, '$') >= 0 {
				f.noteVariables(uses, n)
			}
			return true
		})
	}
	return uses
}

func (f *Compose) noteVariables(uses map[string]variableUses, n *yaml.Node) {
	what, line := useOf(n), f.Lines.Position(n.Span.Start).Line
	for _, v := range compose.ParseTemplate(n.Value).Variables() {
		switch use := uses[v.Name]; {
		case use.line == 0:
			uses[v.Name] = variableUses{first: what, line: line}
		case use.first != what && use.otherLine == 0:
			use.otherLine = line
			uses[v.Name] = use
		}
	}
}

// useOf is what a value is for, with the value: "image=a:1". An entry of a list
// has it so already.
func useOf(n *yaml.Node) string {
	if p := n.Pair(); p != nil {
		return p.Key.Value + "=" + n.Value
	}
	return n.Value
}

// refuseShared refuses a value that counts somewhere beside the site, through an
// alias of it or of what it stands in.
func (x *composeSite) refuseShared(f *Compose) {
	if x.Refusal != "" || len(f.File.Aliases()) == 0 {
		return
	}
	w := f.effective.get(f.walkEffective)
	use := w.uses[x.value.Node]
	switch {
	case w.left < 0:
		x.Refusal = "the aliases of the file expand to too much to see where it is used"
	case use == nil:
	case use.elsewhere != "":
		x.Refusal = fmt.Sprintf("%q uses the same value, through its anchor", use.elsewhere)
	case use.count > x.uses:
		x.Refusal = "another build argument uses the same value, through its anchor"
	}
}

// effectiveUse says where a scalar counts once aliases and merge keys are
// followed.
type effectiveUse struct {
	// count is how many images and build arguments have it.
	count int
	// elsewhere is the path of something else that has it.
	elsewhere string
}

// namesImage reports whether the value at a path may be the image of a service, an
// argument or a context of a build, or the source of a mount.
func namesImage(path []string) bool {
	switch {
	case len(path) < 3 || path[0] != "services":
		return false
	case len(path) == 3:
		return path[2] == "image"
	case len(path) != 5:
		return false
	case path[2] == "volumes":
		return path[4] == "source"
	}
	return path[2] == "build" && (path[3] == "args" || path[3] == "additional_contexts")
}

// maxEffective bounds how many values are looked at.
const maxEffective = 200_000

type effectiveWalk struct {
	file *Compose
	uses map[*yaml.Node]*effectiveUse
	// left is below 0 where the bound cut the rest.
	left int
}

func (f *Compose) walkEffective() effectiveWalk {
	w := effectiveWalk{file: f, uses: map[*yaml.Node]*effectiveUse{}, left: maxEffective}
	w.visit(f.Root, nil)
	return w
}

func (w *effectiveWalk) visit(n *yaml.Node, path []string) {
	w.left--
	n = n.Resolve()
	if n == nil || w.left < 0 || len(path) > yaml.MaxDepth {
		return
	}
	if n.Kind == yaml.Scalar {
		use := w.uses[n]
		if use == nil {
			use = &effectiveUse{}
			w.uses[n] = use
		}
		if namesImage(path) {
			use.count++
		} else if use.elsewhere == "" {
			use.elsewhere = strings.Join(path, ".")
		}
		return
	}
	for i, item := range n.Items {
		w.visit(item, append(path, strconv.Itoa(i)))
	}
	for _, p := range w.file.View.Pairs(n) {
		// What begins with x- at the top or in a service is there to be referred to.
		if depth := len(path); (depth == 0 || depth == 2) && strings.HasPrefix(p.Key.Value, "x-") {
			continue
		}
		w.visit(p.Value, append(path, p.Key.Value))
	}
}

// siteKey is a site with the image that it names.
type siteKey struct {
	place text.Span
	image string
}

// BuiltNear names the file of the project that says how the image of a site is
// built, where this one only names it: another Compose file, or the Dockerfile that
// a workflow or Skaffold builds it from; empty if there is none. It reads what lies
// around.
func (p *Project) BuiltNear(f *Compose, x ImageSite) string {
	if !p.known() {
		return ""
	}
	key := siteKey{x.Image.Span, x.Image.Text}
	by, known := p.builtNear[key]
	if !known {
		by = p.findBuilder(f, x)
		p.builtNear[key] = by
	}
	return by
}

func (p *Project) findBuilder(f *Compose, x ImageSite) string {
	for _, near := range p.ComposeFiles(f) {
		merged := func(service string) bool {
			s := near.Named(service)
			return s != nil && s.Has("build")
		}
		if near.Builds(x.Image) || slices.ContainsFunc(x.Services, merged) {
			return near.Source.Path
		}
	}
	if built, ok := p.BuiltHere(x.Image); ok {
		return built.Source.Path
	}
	return p.BuiltBy(x.Image)
}
