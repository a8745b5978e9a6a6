package kubernetes

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// K8sSecretInEnv finds passwords, tokens and keys that stand in a manifest: in
// env, in a ConfigMap, in the stringData of a Secret.
//
// The file is in git, and everybody who may look at pods or ConfigMaps sees the
// value. Take it from a Secret with secretKeyRef, and make the Secret outside of
// the repository, or keep it there sealed or encrypted.
//
// A name counts that begins or ends with a word such as password, secret, token
// or API key. Silent for empty values, placeholders, variables, booleans, numbers,
// paths and addresses, for values of a template, and for files encrypted with
// SOPS. The option prefer-files also reports secretKeyRef in env, since variables
// show in dumps and in child processes.
//
// There is no fix: the value has to move into a Secret, which is created outside of the
// file, and has to be changed, since others may have read it.
var K8sSecretInEnv = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-secret-in-env",
		Title:      "A secret stands in a manifest",
		Category:   lint.Security,
		Severity:   lint.Warning,
		Confidence: lint.Medium,
		Default:    true,
		Since:      "0.1.0",
		Needs:      lint.NeedsContext,
		Presets:    []string{"cloud-native", "hardening"},
		Variants:   []string{"literal", "reference", "literal-excused", "reference-excused"},
		OptIn:      []string{"literal-excused", "reference-excused"},
		Aliases: []lint.Alias{
			{Name: "CKV_K8S_35", Variants: []string{"reference", "reference-excused"}}, {Name: "KSV-0109", Variants: []string{"literal", "literal-excused"}},
			{Name: "kube-linter:env-var-secret", Variants: []string{"literal", "literal-excused", "reference", "reference-excused"}}, {Name: "semgrep:secrets-in-config-file", Variants: []string{"literal", "literal-excused"}},
		},
		Options: []lint.Option{{Name: "prefer-files", Kind: lint.BoolOption, Doc: "report secretKeyRef in env too: secrets are to be mounted as files"}},
	},
	Check: checkK8sSecretInEnv,
}

func checkK8sSecretInEnv(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			env := c.Get("env")
			if env == nil {
				continue
			}
			for _, item := range env.Items {
				name := p.Doc.Scalar(item, "name")
				value := p.Doc.Get(item, "value").Resolve()
				ref := p.Doc.Get(item, "valueFrom", "secretKeyRef").Resolve()
				switch {
				case value != nil && isLiteralSecret(name, value):
					p.Report(weigh(p, lint.Finding{Span: value.Span, Variant: "literal", Message: quote(name) + " stands here for everybody who may read the file or the pod; take it from a Secret with secretKeyRef"}, facts.ClaimExposure, false))
				case ref != nil && p.Options.Bool("prefer-files"):
					p.Report(weigh(p, lint.Finding{Span: ref.Parent.Own("secretKeyRef").Key.Span, Variant: "reference", Message: quote(name) + " is a variable, which shows in dumps and in child processes; mount the Secret as a file"}, facts.ClaimExposure, false))
				}
			}
		}
	}
	for _, o := range p.Doc.Objects() {
		key, instead := "data", "move it into a Secret"
		if o.Kind == "Secret" {
			key, instead = "stringData", "make the Secret outside of the repository, or seal it"
		}
		if o.APIVersion != "v1" || o.Kind != "ConfigMap" && o.Kind != "Secret" || p.Doc.IsTemplate(o.Root) || p.Doc.Get(o.Root, "sops") != nil {
			continue
		}
		data := p.Doc.Get(o.Root, key).Resolve()
		if data == nil {
			continue
		}
		for _, pair := range data.Pairs {
			if value := pair.Value.Resolve(); !pair.Merge && isLiteralSecret(pair.Key.Value, value) {
				p.Report(weigh(p, lint.Finding{Span: pair.Value.Span, Variant: "literal", Message: quote(pair.Key.Value) + " stands here for everybody who may read the file; " + instead}, facts.ClaimExposure, false))
			}
		}
	}
}

// isLiteralSecret tells whether a name is that of a secret, and the value one
// that somebody has written down.
func isLiteralSecret(name string, value *yaml.Node) bool {
	if value.Kind != yaml.Scalar || value.IsNull() || value.Style == yaml.Literal || value.Style == yaml.Folded || strings.ContainsAny(value.Value, "\n$") || strings.HasPrefix(value.Value, "ENC[") {
		return false
	}
	lower := strings.ToLower(value.Value)
	for _, part := range []string{"change", "todo", "insert", "secretkeyref", "vault:", "ref+", "{{"} {
		if strings.Contains(lower, part) {
			return false
		}
	}
	return facts.IsSecret(name, value.Value)
}
