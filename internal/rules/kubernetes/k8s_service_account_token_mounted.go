package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sServiceAccountTokenMounted reports pods of the default service account that receive
// its token.
//
// # Why it matters
//
// An attacker who takes over the pod can use the token to call the Kubernetes API. Most
// programs never call it.
//
// The rule is off by default, because the manifest does not show whether a program
// calls the API. The preset `hardening` turns it on.
//
// # How to fix it
//
// Do not mount the token:
//
//	spec:
//	  automountServiceAccountToken: false
//
// # Exceptions
//
// It does not report:
//
//   - pods that name their own service account, which has a purpose
//   - workloads that work on the node, such as those of a DaemonSet
//   - pods whose folder has a default ServiceAccount with the setting
var K8sServiceAccountTokenMounted = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-service-account-token-mounted",
		Title:      "Pod receives a token for the Kubernetes API by default",
		Category:   lint.Security,
		Severity:   lint.Info,
		Confidence: lint.Medium,
		Since:      "0.1.0",
		Presets:    []string{"hardening"},
		Needs:      lint.NeedsContext,
		Aliases:    lint.Names("CKV_K8S_38"),
	},
	Check: checkK8sServiceAccountTokenMounted,
}

func checkK8sServiceAccountTokenMounted(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		account := w.Scalar("serviceAccountName") + w.Scalar("serviceAccount")
		if w.Partial || w.Knative || w.ServesNode() {
			continue
		}
		if (account != "" && account != "default") || w.Get("automountServiceAccountToken") != nil {
			continue
		}
		if p.Project.HasNearby(p.Doc, "ServiceAccount") && defaultWithoutToken(p) {
			continue
		}
		edits, ok := setInPod(p.Doc, w, "false", "automountServiceAccountToken")
		p.Report(lint.Finding{
			Span:    w.Containers[0].Place(),
			Message: "the pod receives the token of the default service account, as does an attacker; set automountServiceAccountToken: false unless it calls the API",
			Fixes:   fixOf("set automountServiceAccountToken: false", ok, edits...),
		})
	}
}

// defaultWithoutToken reports whether the folder's default account mounts no token.
func defaultWithoutToken(p *facts.Pass[*facts.Manifest]) bool {
	files := []*facts.Manifest{p.Doc}
	for _, near := range p.Project.Nearby() {
		files = append(files, near.Manifest)
	}
	for _, m := range files {
		for _, o := range m.Objects() {
			if o.Kind == "ServiceAccount" && m.Scalar(o.Root, "metadata", "name") == "default" && facts.IsFalse(m.Get(o.Root, "automountServiceAccountToken")) {
				return true
			}
		}
	}
	return false
}
