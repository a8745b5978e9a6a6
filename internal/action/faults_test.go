package action_test

import (
	"strings"
	"testing"

	"github.com/dockmend/dockmend/internal/forge/github/fakehub"
)

// places counts where a reader finds each rule: comments, annotations, rows of
// the summary; and alerts apart.
func (r *ran) places(hub *fakehub.Hub, rule string) (shown, alerts int) {
	for _, thread := range hub.Threads() {
		if !thread.Resolved && thread.Comments[0].Minimized == "" && strings.Contains(thread.Comments[0].Body, "<sub>[`"+rule+"`]") {
			shown++
		}
	}
	for line := range strings.Lines(r.log) {
		if c, ok := parseCommand(line); ok && strings.HasPrefix(c.properties["title"], rule) {
			shown++
		}
	}
	for line := range strings.Lines(r.summary) {
		if strings.HasPrefix(line, "| ") && strings.Contains(line, "[`"+rule+"`]") {
			shown++
		}
	}
	if uploads := hub.Uploads(); len(uploads) > 0 {
		alerts = strings.Count(uploads[len(uploads)-1].Content, `"ruleId": "`+rule+`"`)
	}
	return shown, alerts
}

// Everything is on, and each call meets each fault: every finding is somewhere,
// none is in two places beside code scanning, and the job says what it found.
func TestActionFaults(t *testing.T) {
	calls := []string{"GET /contents", "GET /git/commits", "GET /pulls", "GET /git/blobs", "graphql Threads", "POST /pulls", "POST /code", "GET /code"}
	faults := []fakehub.Fault{
		{Status: 401}, {Status: 403}, {Status: 404}, {Status: 422}, {Status: 429}, {Status: 503}, {Kind: fakehub.Lost}, {Kind: fakehub.Cut},
	}
	for _, call := range calls {
		for _, fault := range faults {
			fault.Call = call
			t.Run(fault.String(), func(t *testing.T) {
				t.Parallel()
				s := newPullStep(t, pullBefore, pullAfter)
				s.hub = fakehub.New(t)
				s.env["GITHUB_API_URL"], s.hub.Head = s.hub.URL, headSHA
				s.hub.Files[baseSHA+":README.md"] = "x\n"
				s.change("Dockerfile", pullBefore, pullAfter)
				s.write("Dockerfile", "# the base's\n"+pullAfter)
				s.env["INPUT_UPLOAD-SARIF"] = "auto"
				s.hub.Faults = []*fakehub.Fault{&fault}
				got := s.run()
				if got.outputs["findings"] != "2" || len(got.report.Findings) != 2 || got.code > 1 {
					t.Errorf("exit %d, %s findings, %d in the report\n%s", got.code, got.outputs["findings"], len(got.report.Findings), got.log)
				}
				for _, rule := range []string{"latest-tag", "shell-form-command"} {
					shown, alerts := got.places(s.hub, rule)
					if shown+alerts == 0 || shown > 1 {
						t.Errorf("%s is shown in %d places and %d alerts\n%s\n%s", rule, shown, alerts, got.log, got.summary)
					}
				}
			})
		}
	}
}
