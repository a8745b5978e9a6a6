package review

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/report"
	"github.com/dockmend/dockmend/internal/text"
)

// The description of a pull request with fixes has a region that belongs to
// dockmend. What people write outside of it is kept. The region's first line is
// the state that later runs read:
//
//	<!-- dockmend-fixup:v1 CATEGORY STATE KEY,KEY,... -->
const (
	regionStart = "<!-- dockmend:begin; what stands between these marks is written anew -->\n"
	regionEnd   = "<!-- dockmend:end -->"
	stateHead   = "<!-- dockmend-fixup:v1 "
	// AgainBox is a box that people tick.
	AgainBox = "<!-- dockmend:again -->"
	// maxKeys bounds the state; keyLength is the length of one in hex digits.
	maxKeys   = 800
	keyLength = 16
	// closingSpace is kept of a comment's length for what stands below the diffs.
	closingSpace = 3_000
)

// nothingLeft is said when what was proposed is fixed or gone.
func (p Platform) nothingLeft() string {
	return "Nothing is left to fix: the findings of this " + p.Request + " are fixed or gone.\n"
}

// paused is said when somebody else has committed to the branch.
func (p Platform) paused() string {
	return "This branch has commits that dockmend did not make, so dockmend does not change the branch or the description. " +
		"To replace both, **without those commits**, tick the last box of the description. Or merge what is here: the rest comes in another " +
		p.Request + ".\n"
}

// fixupState is what a description says to later runs.
type fixupState struct {
	Category string
	// Over is set where dockmend itself closed it, since nothing was left.
	Over bool
	// Cut is set where there were more keys than it holds.
	Cut  bool
	Keys []string
}

func (s fixupState) line() string {
	word := "open"
	switch {
	case s.Over:
		word = "over"
	case s.Cut || len(s.Keys) > maxKeys:
		word = "cut"
	}
	keys := s.Keys[:min(len(s.Keys), maxKeys)]
	return stateHead + markerWord(s.Category) + " " + word + " " + strings.Join(keys, ",") + markerTail + "\n"
}

// readFixupState reads the state from a description. It believes nothing: one
// that is not exactly as line writes it, or of another category, is none.
func readFixupState(body, category string) (s fixupState, ok bool) {
	region, _, _, found := splitRegion(body)
	if !found {
		return s, false
	}
	line, _, _ := strings.Cut(region, "\n")
	words, head := strings.CutPrefix(line, stateHead)
	words, tail := strings.CutSuffix(words, markerTail)
	parts := strings.Split(words, " ")
	if !head || !tail || len(parts) != 3 || parts[0] != markerWord(category) {
		return s, false
	}
	s = fixupState{Category: category, Over: parts[1] == "over", Cut: parts[1] == "cut"}
	if !s.Over && !s.Cut && parts[1] != "open" {
		return fixupState{}, false
	}
	if parts[2] != "" {
		s.Keys = strings.Split(parts[2], ",")
	}
	bad := func(key string) bool { return len(key) != keyLength || strings.Trim(key, "0123456789abcdef") != "" }
	if len(s.Keys) > maxKeys || slices.ContainsFunc(s.Keys, bad) {
		return fixupState{}, false
	}
	return s, true
}

// splitRegion finds our part of a description, whose lines end as ours do.
func splitRegion(body string) (region, before, after string, ok bool) {
	body = strings.ReplaceAll(body, "\r\n", "\n") // as editors on the web write them
	before, rest, ok := strings.Cut(body, regionStart)
	if !ok {
		return "", body, "", false
	}
	// At the start of a line: a diff in the region may quote the mark further on.
	region, after, ok = strings.Cut(rest, "\n"+regionEnd)
	return region + "\n", before, after, ok
}

func newBody(region string) string { return regionStart + region + regionEnd + "\n" }

// replaceRegion puts another region into a description.
func replaceRegion(platform Platform, body, region string) string {
	_, before, after, ok := splitRegion(body)
	if !ok {
		return body
	}
	whole := before + regionStart + region + regionEnd + after
	if utf8.RuneCountInString(whole) > platform.Description {
		return body
	}
	return whole
}

// AskedAgain reports whether somebody ticked the box.
func AskedAgain(body string) bool {
	region, _, _, ok := splitRegion(body)
	if !ok {
		return false
	}
	ticked := false // the last one is ours: a diff may quote another
	for line := range strings.Lines(region) {
		if before, _, found := strings.Cut(line, AgainBox); found {
			ticked = strings.EqualFold(strings.TrimSpace(before), "- [x]")
		}
	}
	return ticked
}

// fixupBody writes the region: how many fixes, whether all are safe, and what to do; the
// diff of each file; what was verified of each change; and what happens next.
func fixupBody(f *Fixup, files []PlannedFile) string {
	b := &bounded{limit: f.Platform.Body - closingSpace}
	state := fixupState{Category: f.Category, Keys: f.keysOf(files)}
	b.must(state.line())
	b.must(verdict(f, files))
	table := b.limit
	b.limit = table * 2 / 3 // so that the table has room
	left := 0
	for _, file := range files {
		if !b.may("\n### " + report.MarkdownCode(cut(file.Path, maxDetails)) + "\n" + beforeAfter(file)) {
			left++
		}
	}
	b.limit = table
	if left > 0 {
		b.must(fmt.Sprintf("\n**For lack of space, the diff of %s is not shown; see the tab with the changed files.**\n", text.Counted(left, "file")))
	}
	b.must("\n### What was verified\n\nBuildKit's own compiler read each Dockerfile before and after the change, and Compose's own loader each compose file.\n\n" +
		"| File | Change | Verified effect | Rule |\n|---|---|---|---|\n")
	left = 0
	for _, file := range files {
		for _, row := range changeRows(file) {
			if !b.may(row) {
				left++
			}
		}
	}
	if left > 0 {
		b.must(fmt.Sprintf("\n**For lack of space, %s not shown here.**\n", either(left, "change is", "changes are")))
	}
	b.may(waits(f.Waiting))
	b.must(closing(f))
	return b.text.String()
}

// verdict is the first line: what is proposed, whether it is safe, and what to do.
func verdict(f *Fixup, files []PlannedFile) string {
	changes, unsafe := 0, 0
	for _, file := range files {
		changes += len(file.Changes)
		for _, c := range file.Changes {
			if !c.Safe {
				unsafe++
			}
		}
	}
	words := fmt.Sprintf("dockmend fixes %s in %s", text.Counted(changes, "finding"), text.Counted(len(files), "file"))
	if unsafe == 0 {
		words = "✅ **" + words + ". All changes are safe**: images keep their files and the program that they start. Next: read the diff, and merge."
	} else {
		words = fmt.Sprintf("⚠️ **%s. %s, and may change what an image does.** Next: check what is marked as not safe below, then merge.",
			words, either(unsafe, "change is not safe", "changes are not safe"))
	}
	if f.Pull > 0 {
		words += fmt.Sprintf(" The findings are new in %s%d; merging this adds the fixes to its branch.", f.Platform.Sign, f.Pull)
	}
	return words + "\n"
}

// waits lists what a cooldown holds back.
func waits(waiting []FixupWaiting) string {
	if len(waiting) == 0 {
		return ""
	}
	const shown = 30
	var b strings.Builder
	b.WriteString("\n### Held back\n\nThe tags of these images changed less than `pin.cooldown-days` ago. If a fix cannot wait, set " +
		"`pin: {cooldown-except: [REPOSITORY]}` in `.dockmend.yaml` to get images of a repository at once.\n\n| Image | Since | Proposed from |\n|---|---|---|\n")
	for _, w := range waiting[:min(len(waiting), shown)] {
		fmt.Fprintf(
			&b, "| %s | %s | %s |\n", report.MarkdownCode(cut(w.Image, maxDetails)), w.Since.UTC().Format(time.DateOnly),
			w.Until.UTC().Format(time.DateOnly),
		)
	}
	if left := len(waiting) - shown; left > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", left)
	}
	return b.String()
}

// bounded is a text that keeps below a number of characters.
type bounded struct {
	text          strings.Builder
	limit, length int
}

func (b *bounded) must(s string) {
	b.text.WriteString(s)
	b.length += utf8.RuneCountInString(s)
}

// may writes s if there is room.
func (b *bounded) may(s string) bool {
	if b.length+utf8.RuneCountInString(s) > b.limit {
		return false
	}
	b.must(s)
	return true
}

// changeRows has a row for each change of a file. Where several rules want the very same
// one, they share it.
func changeRows(file PlannedFile) []string {
	var rows []string
	changes := file.Changes
	done := make([]bool, len(changes))
	for i, c := range changes {
		if done[i] {
			continue
		}
		effect := verified(c.Rule.Target, c.Proof)
		if !c.Safe {
			effect = "**not safe**: " + effect
		}
		if c.Demoted {
			effect += "; more than the rule declares, which is a bug in dockmend; please report it"
		}
		var rules []string
		for j, other := range changes[i:] {
			rule := ruleLink(other.Rule, other.Variant)
			if j > 0 && (done[i+j] || !sameChange(c, other) || slices.Contains(rules, rule)) {
				continue
			}
			done[i+j] = true
			rules = append(rules, rule)
		}
		title := report.MarkdownText(upperFirst(cut(c.Title, maxDetails)))
		cells := []string{report.MarkdownCode(cut(file.Path, maxDetails)), title, effect, strings.Join(rules, "<br>")}
		rows = append(rows, "| "+strings.Join(cells, " | ")+" |\n")
	}
	return rows
}

// sameChange reports whether two changes do the same to the same images.
func sameChange(a, b FixupChange) bool {
	isAlike := a.Title == b.Title && a.Safe == b.Safe && a.Demoted == b.Demoted
	return isAlike && a.Proof.Effect == b.Proof.Effect && len(a.Proof.Details) > 0 && slices.Equal(a.Proof.Details, b.Proof.Details)
}

func beforeAfter(file PlannedFile) string {
	diff, ok := report.MarkdownDiff(string(text.UnifiedDiff(report.Terminal(file.Path), file.Before, file.After)))
	if !ok {
		return "\nThe change has characters that a page does not keep; see the tab with the changed files.\n"
	}
	return "\n" + diff + "\n"
}

func closing(f *Fixup) string {
	exclude := "`fix: {exclude: [\"path/**\"]}`"
	ends := "dockmend closes it when nothing is left"
	if f.Pull > 0 {
		ends += fmt.Sprintf(", and when %s%d is closed", f.Platform.Sign, f.Pull)
	}
	lines := []string{
		"", "<details><summary>Not wanted? What happens next?</summary>", "",
		"- One finding: `# dockmend ignore=RULE -- reason` on the line above. A rule: `rules: {RULE: off}` in `.dockmend.yaml`. Some files: " + exclude + " in the same file.",
		"- If you close this " + f.Platform.Request + ", dockmend proposes nothing again until it finds something new.",
		"- dockmend updates it when the base branch changes. It never overwrites commits of other people on this branch: it stops, and says so in a comment.",
		"- " + ends + ".",
	}
	if f.Platform.StartsNoChecks {
		lines = append(lines, "- With the workflow's own token, "+f.Platform.Name+
			" starts no checks here until someone with write access approves them, or closes and reopens this "+f.Platform.Request+".")
	}
	lines = append(
		lines,
		"", "- [ ] "+AgainBox+"Propose this again: dockmend makes this branch anew, without commits that others added to it", "",
		"</details>", "",
		"<sub>Made by [dockmend]("+lint.Homepage+"); category "+report.MarkdownCode(cut(f.Category, maxDetails))+"</sub>", "",
	)
	return strings.Join(lines, "\n")
}

// FixupTitle is never changed afterwards, so that people may.
func FixupTitle(f *Fixup) string {
	title := "Fix container files with dockmend"
	if f.Pull > 0 {
		title = fmt.Sprintf("Fix container files of %s%d with dockmend", f.Platform.Sign, f.Pull)
	}
	if where, ok := strings.CutPrefix(f.Category, "dockmend/"); ok {
		title += " (" + cut(report.Terminal(where), 100) + ")"
	}
	return title
}

// Message is the message of the commit of a tree. It names rules alone: a path may hold "fixes #1"
// or "@somebody", which platforms understand in a commit's message.
func (p *FixupPlan) Message(f *Fixup, known *FixupFacts, tree string) string {
	var rules []string
	n := map[string]int{}
	changes := 0
	for _, file := range p.Files {
		for _, c := range file.Changes {
			if n[c.Rule.ID] == 0 {
				rules = append(rules, c.Rule.ID)
			}
			n[c.Rule.ID]++
			changes++
		}
	}
	slices.Sort(rules)
	var b strings.Builder
	fmt.Fprintf(&b, "Fix %s in %s\n\n", text.Counted(changes, "finding"), text.Counted(len(p.Files), "file"))
	for _, rule := range rules {
		fmt.Fprintf(&b, "- %s: %d\n", rule, n[rule])
	}
	b.WriteByte('\n')
	if f.Direct { // the other ones have their keys in the description
		keys := f.keysOf(p.Files)
		b.WriteString(trailerKeys + strings.Join(keys[:min(len(keys), maxKeys)], ",") + "\n")
	}
	b.WriteString(trailerFiles + p.FilesHash + "\n" + trailerCommit + seal(f.Category, known.BaseSHA, tree, p.FilesHash) + "\n")
	if known.Signed {
		b.WriteString(trailerSigned + "createCommitOnBranch\n")
	}
	return b.String()
}
