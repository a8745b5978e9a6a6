package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	packageurl "github.com/package-url/packageurl-go"
)

const inventoryKind = "dockmend images"

// UsedImage is an image that is referred to, by name, tag and digest, with all its places.
type UsedImage struct {
	// Name is what people call it, Registry and Repository what it is called in full.
	Name       string `json:"name"`
	Registry   string `json:"registry"`
	Repository string `json:"repository"`
	Tag        string `json:"tag,omitempty"`
	Digest     string `json:"digest,omitempty"`
	// PackageURL is empty for a reference that has unknown variables.
	PackageURL string `json:"purl,omitempty"`
	// EndOfSupport is a day; empty where none is known. Ended says that it is over.
	EndOfSupport string       `json:"end_of_support,omitempty"`
	Ended        bool         `json:"ended,omitempty"`
	Repositories int          `json:"repositories"`
	Places       []ImagePlace `json:"places"`
}

// ImagePlace is where an image is referred to.
type ImagePlace struct {
	Repository string `json:"repository"`
	Commit     string `json:"commit,omitempty"`
	File       string `json:"file"`
	Line       int    `json:"line"`
	URL        string `json:"url,omitempty"`
	// Ref is the reference as it is written, with variables that are known put in.
	Ref string `json:"ref"`
}

// Inventory has each image that the repositories refer to once, in the order of names.
func (r *Report) Inventory() ([]*UsedImage, error) {
	type key struct{ registry, repository, tag, digest string }
	byKey := map[key]*UsedImage{}
	var all []*UsedImage
	err := r.Each(func(record *Record) error {
		for i := range record.Images {
			image := &record.Images[i]
			k := key{image.Registry, image.Repository, image.Tag, image.Digest}
			if image.Repository == "" {
				k.repository = image.Ref
			}
			u := byKey[k]
			if u == nil {
				u = &UsedImage{
					Name: image.Name(), Registry: image.Registry, Repository: k.repository, Tag: image.Tag, Digest: image.Digest,
					PackageURL: purlOf(image),
				}
				byKey[k] = u
				all = append(all, u)
			}
			u.EndOfSupport, u.Ended = cmp.Or(u.EndOfSupport, image.EndOfSupport), u.Ended || image.Ended
			if n := len(u.Places); n == 0 || u.Places[n-1].Repository != record.Repository {
				u.Repositories++
			}
			at := record.line(image.File, image.Line)
			u.Places = append(u.Places, ImagePlace{record.Repository, record.Commit, image.File, image.Line, at, image.Ref})
		}
		return nil
	})
	slices.SortFunc(all, func(a, b *UsedImage) int {
		byName := cmp.Or(cmp.Compare(a.Registry, b.Registry), cmp.Compare(a.Repository, b.Repository))
		return cmp.Or(byName, cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Digest, b.Digest))
	})
	return all, err
}

// purlOf is the package URL (github.com/package-url/purl-spec): of the type oci with a
// digest, else of the type docker; empty where the reference has unknown variables.
func purlOf(i *Image) string {
	if i.Repository == "" || strings.Contains(i.Ref, "$") {
		return ""
	}
	dir, name := "", i.Repository
	if cut := strings.LastIndex(name, "/"); cut >= 0 {
		dir, name = name[:cut], name[cut+1:]
	}
	if i.Digest != "" {
		in := i.Registry + "/" + i.Repository
		if i.Registry == "docker.io" && dir == "" {
			in = i.Registry + "/library/" + i.Repository
		}
		qualifiers := map[string]string{"repository_url": in}
		if i.Tag != "" {
			qualifiers["tag"] = i.Tag
		}
		return packageurl.NewPackageURL("oci", "", strings.ToLower(name), i.Digest, packageurl.QualifiersFromMap(qualifiers), "").ToString()
	}
	qualifiers := map[string]string{}
	if i.Registry != "docker.io" {
		qualifiers["repository_url"] = i.Registry
	}
	return packageurl.NewPackageURL("docker", dir, name, cmp.Or(i.Tag, "latest"), packageurl.QualifiersFromMap(qualifiers), "").ToString()
}

// WriteImages writes the inventory as JSON.
func (r *Report) WriteImages(w io.Writer) error {
	images, err := r.Inventory()
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Version int          `json:"version"`
		Kind    string       `json:"kind"`
		Tool    Tool         `json:"tool"`
		AsOf    string       `json:"as_of"`
		Of      string       `json:"of"`
		Images  []*UsedImage `json:"images"`
	}{reportVersion, inventoryKind, r.Tool, r.AsOf, r.Of, append([]*UsedImage{}, images...)})
}

// WriteImagesCSV writes the inventory with a line for each place.
func (r *Report) WriteImagesCSV(w io.Writer) error {
	images, err := r.Inventory()
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	_ = out.Write([]string{ // Error has what goes wrong
		"image", "registry", "name", "tag", "digest", "end_of_support", "ended", "repository", "commit", "file", "line", "reference", "url",
	})
	for _, u := range images {
		for _, p := range u.Places {
			_ = out.Write([]string{
				cell(u.Name), cell(u.Registry), cell(u.Repository), cell(u.Tag), cell(u.Digest), cell(u.EndOfSupport), strconv.FormatBool(u.Ended),
				cell(p.Repository), cell(p.Commit), cell(p.File), strconv.Itoa(p.Line), cell(p.Ref), cell(p.URL),
			})
		}
	}
	out.Flush()
	return out.Error()
}

// WriteCycloneDX writes the inventory as a bill of materials (CycloneDX 1.6): a component
// of the type container for each image. The serial number follows from the content.
func (r *Report) WriteCycloneDX(w io.Writer) error {
	images, err := r.Inventory()
	if err != nil {
		return err
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{
		Timestamp: r.AsOf + "T00:00:00Z",
		Tools: &cyclonedx.ToolsChoice{Components: &[]cyclonedx.Component{{
			Type: cyclonedx.ComponentTypeApplication, Name: r.Tool.Name, Version: r.Tool.Version,
		}}},
	}
	components := []cyclonedx.Component{}
	hash := sha256.New()
	for _, u := range images {
		c := cyclonedx.Component{
			BOMRef: fmt.Sprintf("image-%d", len(components)+1), Type: cyclonedx.ComponentTypeContainer, Name: cmp.Or(u.Repository, u.Name, "?"),
			Version: cmp.Or(u.Digest, u.Tag), PackageURL: u.PackageURL,
		}
		if u.Registry != "" {
			c.Group = u.Registry
		}
		if algorithm, value, ok := strings.Cut(u.Digest, ":"); ok && algorithm == "sha256" && isHex(value, sha256.Size) {
			c.Hashes = &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: value}}
		}
		properties := []cyclonedx.Property{
			{Name: "dockmend:image", Value: u.Name}, {Name: "dockmend:repositories", Value: strconv.Itoa(u.Repositories)},
		}
		if u.EndOfSupport != "" {
			properties = append(
				properties, cyclonedx.Property{Name: "dockmend:end-of-support", Value: u.EndOfSupport},
				cyclonedx.Property{Name: "dockmend:past-support", Value: strconv.FormatBool(u.Ended)},
			)
		}
		if u.Digest != "" && u.Tag != "" {
			properties = append(properties, cyclonedx.Property{Name: "dockmend:tag", Value: u.Tag})
		}
		c.Properties = &properties
		occurrences := make([]cyclonedx.EvidenceOccurrence, len(u.Places))
		for i, p := range u.Places {
			occurrences[i] = cyclonedx.EvidenceOccurrence{Location: p.Repository + "/" + p.File, Line: &p.Line, AdditionalContext: p.Commit}
		}
		c.Evidence = &cyclonedx.Evidence{Occurrences: &occurrences}
		components = append(components, c)
		_, _ = fmt.Fprintf(hash, "%q %q %q %v\n", u.Name, u.Tag, u.Digest, u.Places) // a hash takes all
	}
	bom.Components = &components
	_, _ = fmt.Fprintf(hash, "%q %q", r.AsOf, r.Of)
	bom.SerialNumber = "urn:uuid:" + uuid(hash.Sum(nil))
	encoder := cyclonedx.NewBOMEncoder(w, cyclonedx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false)
	return encoder.EncodeVersion(bom, cyclonedx.SpecVersion1_6)
}

func isHex(s string, size int) bool {
	return len(s) == 2*size && strings.Trim(s, "0123456789abcdef") == ""
}

// uuid makes a UUID of version 8 from a hash (RFC 9562, section 5.8).
func uuid(hash []byte) string {
	const version, variant = 0x80, 0x80
	b := slices.Clone(hash[:16])
	b[6] = b[6]&0x0f | version
	b[8] = b[8]&0x3f | variant
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
