// Package images is what dockmend knows of images that others publish, without
// asking a registry: releases with the day on which support for them ends,
// repositories that moved or are no longer maintained, and distribution releases
// whose package archive is gone. Each fact is a line of a table below data/, with
// its source; zz_tables.go is made from them.
package images

import (
	"cmp"
	"slices"
	"strings"
)

//go:generate go run ../tools/genimages

// repository says which product a repository carries; product is an index into
// products.
type repository struct {
	name    string
	product int
}

// product is a program or a distribution that images carry. Its releases are
// releases[from:to], newest first.
type product struct {
	id, title string
	from, to  int
}

// mirrors are registries and name spaces that carry the official images under
// their own names: Amazon's and Google's mirrors, and the name spaces of single
// architectures (docker-library/official-images, "Architectures other than amd64").
var mirrors = [...]string{
	"public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "registry.hub.docker.com/library/",
	"amd64/", "arm32v5/", "arm32v6/", "arm32v7/", "arm64v8/", "i386/", "mips64le/", "ppc64le/", "riscv64/", "s390x/",
}

// Canonical is the name of the repository that an image comes from: that of a
// mirror of the official images becomes the official one. name is registry and
// repository, the official images of Docker Hub by their short names.
func Canonical(name string) string {
	for _, m := range mirrors {
		if rest, ok := strings.CutPrefix(name, m); ok && !strings.Contains(rest, "/") {
			return rest
		}
	}
	return name
}

// productOf is the product that a repository carries.
func productOf(name string) (p product, ok bool) {
	at, ok := slices.BinarySearchFunc(repositories, name, func(r repository, name string) int { return cmp.Compare(r.name, name) })
	if !ok {
		return product{}, false
	}
	return products[repositories[at].product], true
}

// productByID is the product with that id.
func productByID(id string) (p product, ok bool) {
	at, ok := slices.BinarySearchFunc(products, id, func(p product, id string) int { return cmp.Compare(p.id, id) })
	if !ok {
		return product{}, false
	}
	return products[at], true
}
