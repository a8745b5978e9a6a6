package kubernetes

import (
	"strings"

	"github.com/dockmend/dockmend/internal/facts"
	"github.com/dockmend/dockmend/internal/lint"
)

// K8sImageNotPinned reports images without a tag or with the tag latest. With the
// option `digest`, it also reports images without a digest. In demo and test files, and
// in the other cases below, findings have severity info and a variant that ends in
// `excused`.
//
// # Why it matters
//
// Kubernetes runs the image that was pushed last. Two pods of one Deployment can run
// different versions, and a rollback to the previous version is not possible.
//
// # How to fix it
//
// Name the version that was tested:
//
//	image: nginx:1.29.4
//
// # Fix safety
//
// For official images, the fix names the version that the tag had when the table of dockmend
// was made. For others the manifest does not show which version was tested.
//
// # Exceptions
//
// It does not report:
//
//   - names with variables, and images whose tag Kustomize or Skaffold sets
//   - images with a digest
//   - images with `imagePullPolicy: Never`
//
// These have severity info and the variant `tag-excused` or `digest-excused`:
//
//   - placeholders, and images that stand for any program
//   - images that the repository builds, or under its name or that of its owner
//   - images with a comment that gives a reason
var K8sImageNotPinned = facts.Rule[*facts.Manifest]{
	Meta: lint.Meta{
		ID:       "k8s-image-not-pinned",
		Title:    "Image has no fixed version",
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
		Options: []lint.Option{{Name: "digest", Kind: lint.BoolOption, Doc: "also report images without a digest"}},
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
				f.Message = quote(i.Text) + " can point to a new image after each push, so pods can run different versions; pin the version that you tested"
			case i.Tag == "":
				f.Message = quote(i.Text) + " has no tag, so pods can run different versions; name the version that was tested"
			case p.Options.Bool("digest"):
				f.Variant = "digest"
				f.Message = quote(i.Text) + " has no digest, and its tag can move to another image; add the digest"
			default:
				continue
			}
			if !p.Project.Replaced(i) {
				f.Fixes = pinByTable(p.Doc, c, i)
				isOwn := p.Project.Publishes(i) || p.Project.Local(i) != ""
				p.Report(weigh(p, f, facts.ClaimReference, isOwn || facts.IsPlaceholder(i.Text)))
			}
		}
	}
}

// pinByTable names the version of an official image that the table knows.
func pinByTable(d *facts.Manifest, c *facts.Container, i facts.Image) []lint.Fix {
	version, month, ok := i.Current()
	n := c.Node.Own("image")
	if !ok || n == nil || n.Value.Anchor != "" || i.HasVariable() {
		return nil
	}
	edits, ok := d.Replace(n.Value, strings.TrimSuffix(i.Text, ":"+i.Tag)+":"+version)
	return fixOf("pin "+version+", the version that "+quote(i.Text)+" was in "+month, ok, edits...)
}
