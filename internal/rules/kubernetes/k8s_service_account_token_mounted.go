package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sServiceAccountTokenMounted finds pods of the default service account that
// get its token, though nothing says that they call the Kubernetes API.
//
// Whoever breaks into the pod has the token. "automountServiceAccountToken:
// false" leaves it out.
//
// Silent for pods that name an account of their own, which is made for a
// purpose; for what works on the node, and where the folder has the default
// ServiceAccount with that setting. Whether a program calls the API is not in the
// manifest, so it is a part of the preset hardening only.
var K8sServiceAccountTokenMounted = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-service-account-token-mounted",
		Title:      "A pod gets a token for the Kubernetes API that it has no use for",
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
		if w.Partial || w.Knative || w.ServesNode() || account != "" && account != "default" || w.Get("automountServiceAccountToken") != nil || p.Project.HasNearby(p.Doc, "ServiceAccount") && defaultWithoutToken(p) {
			continue
		}
		edits, ok := setInPod(p.Doc, w, "false", "automountServiceAccountToken")
		p.Report(lint.Finding{
			Span:    w.Containers[0].Place(),
			Message: "the pod gets the token of the default service account; set automountServiceAccountToken: false unless it calls the API",
			Fixes:   fixOf("set automountServiceAccountToken: false", ok, edits...),
		})
	}
}

// defaultWithoutToken tells whether the folder's default account gives no token.
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
