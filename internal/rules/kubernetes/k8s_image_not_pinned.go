package kubernetes

import (
	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sImageNotPinned finds images without a tag, and with the tag latest.
//
// Both mean what was pushed last: two pods of one Deployment may run different
// programs, and there is no way back to the version before. Name the version
// that was tested.
//
// Silent for names with variables or placeholders, for images whose tag
// Kustomize or Skaffold puts in, for images that are never pulled, and with a
// digest. It is info, and excused, in files of tests and with placeholders, for images that
// stand for any program, for those under the name of the repository or its owner, and where
// a comment gives the reason. The option digest asks for a digest beside the tag.
//
// There is no fix: the version that was tested is not in the file, and nothing proves an
// edit of a manifest.
var K8sImageNotPinned = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-image-not-pinned",
		Title:    "An image has no fixed version",
		Category: lint.Reproducibility,
		Severity: lint.Warning,
		Default:  true,
		Since:    "0.1.0",
		Presets:  []string{"cloud-native"},
		Needs:    lint.NeedsContext,
		Variants: []string{"tag", "digest", "tag-excused", "digest-excused"},
		OptIn:    []string{"tag-excused", "digest-excused"},
		Aliases: []lint.Alias{
			{Name: "CKV_K8S_14", Variants: []string{"tag", "tag-excused"}}, {Name: "CKV_K8S_43", Variants: []string{"digest", "digest-excused"}},
			{Name: "KSV-0013", Variants: []string{"tag", "tag-excused"}}, {Name: "kube-linter:latest-tag", Variants: []string{"tag", "tag-excused"}},
		},
		Options: []lint.Option{{Name: "digest", Kind: lint.BoolOption, Doc: "also ask for a digest"}},
	},
	Check: checkK8sImageNotPinned,
}

func checkK8sImageNotPinned(p *facts.Pass[*facts.Manifest]) {
	for _, w := range p.Doc.Workloads() {
		for _, c := range w.Containers {
			i, ok := c.Image()
			if !ok || i.Digest != "" || c.Scalar("imagePullPolicy") == "Never" {
				continue
			}
			f := lint.Finding{Span: i.Span, Variant: "tag"}
			switch {
			case i.Tag == "latest":
				f.Message = quote(i.Text) + " is whatever was pushed last; name the version that was tested"
			case i.Tag == "":
				f.Message = quote(i.Text) + " has no tag and so is whatever was pushed last; name the version that was tested"
			case p.Options.Bool("digest"):
				f.Variant = "digest"
				f.Message = quote(i.Text) + " has no digest, and its tag can be moved; add the digest"
			default:
				continue
			}
			if !p.Project.Replaced(i) {
				p.Report(weigh(p, f, facts.ClaimReference, facts.IsPlaceholder(i.Text) || p.Project.Publishes(i)))
			}
		}
	}
}
