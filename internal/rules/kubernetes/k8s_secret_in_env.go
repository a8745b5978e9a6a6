package kubernetes

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
	"github.com/dockmend/dockmend/internal/syntax/yaml"
)

// K8sSecretInEnv reports passwords, tokens and keys that are written in a manifest: in
// `env`, in a ConfigMap, or in the `stringData` of a Secret. In demo and test files,
// findings have severity info and a variant that ends in `excused`.
//
// # Why it matters
//
// The file is in git, and everyone who may read pods or ConfigMaps sees the value. A
// secret that others could read must be replaced.
//
// # How to fix it
//
// Read the value from a Secret that is created outside the repository, or is stored
// there sealed or encrypted:
//
//	env:
//	  - name: DB_PASSWORD
//	    valueFrom:
//	      secretKeyRef:
//	        name: db
//	        key: password
//
// # Fix safety
//
// There is no automatic fix: the value must move into a Secret that is created outside of the file,
// and must be replaced.
//
// # Exceptions
//
// It does not report:
//
//   - values that are empty, placeholders, variables, booleans, numbers, paths or
//     addresses
//   - values of templates
//   - files that are encrypted with SOPS, and encrypted values
//
// A name is that of a secret if it begins or ends with a word such as password, secret,
// token or API key. The option `prefer-files` also reports `secretKeyRef` in `env`,
// because variables appear in dumps and child processes.
var K8sSecretInEnv = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:         "k8s-secret-in-env",
		Title:      "Secret is written in a manifest",
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
		Options: []lint.Option{{Name: "prefer-files", Kind: lint.BoolOption, Doc: "also report `secretKeyRef` in `env`, because secrets should be mounted as files"}},
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
					p.Report(
						weigh(
							p,
							lint.Finding{
								Span:    value.Span,
								Variant: "literal",
								Message: quote(name) + " is visible to anyone who can read the file or the pod; read it from a Secret with secretKeyRef",
							},
							facts.ClaimExposure,
							false,
						),
					)
				case ref != nil && p.Options.Bool("prefer-files"):
					p.Report(
						weigh(
							p,
							lint.Finding{
								Span:    ref.Parent.Own("secretKeyRef").Key.Span,
								Variant: "reference",
								Message: quote(name) + " is a variable, which appears in dumps and child processes; mount the Secret as a file",
							},
							facts.ClaimExposure,
							false,
						),
					)
				}
			}
		}
	}
	for _, o := range p.Doc.Objects() {
		key, instead := "data", "move it into a Secret"
		if o.Kind == "Secret" {
			key, instead = "stringData", "create the Secret outside the repository, or seal it"
		}
		if o.APIVersion != "v1" || (o.Kind != "ConfigMap" && o.Kind != "Secret") || p.Doc.IsTemplate(o.Root) {
			continue
		}
		if p.Doc.Get(o.Root, "sops") != nil {
			continue
		}
		data := p.Doc.Get(o.Root, key).Resolve()
		if data == nil {
			continue
		}
		for _, pair := range data.Pairs {
			if value := pair.Value.Resolve(); !pair.Merge && isLiteralSecret(pair.Key.Value, value) {
				p.Report(
					weigh(
						p,
						lint.Finding{
							Span:    pair.Value.Span,
							Variant: "literal",
							Message: quote(pair.Key.Value) + " is visible to anyone who can read the file; " + instead,
						},
						facts.ClaimExposure,
						false,
					),
				)
			}
		}
	}
}

// isLiteralSecret reports whether a name is that of a secret, and the value is written
// in the file.
func isLiteralSecret(name string, value *yaml.Node) bool {
	if value.Kind != yaml.Scalar || value.IsNull() || value.Style == yaml.Literal || value.Style == yaml.Folded {
		return false
	}
	if strings.ContainsAny(value.Value, "\n$") || strings.HasPrefix(value.Value, "ENC[") {
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
