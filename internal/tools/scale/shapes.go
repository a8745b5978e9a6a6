package main

import (
	"strconv"
	"strings"
)

// shape is a family of repositories of one form and any size.
type shape struct {
	name string
	// base is the smallest size that is measured.
	base int
	make func(n int) map[string]string
	// product is set where n files meet n patterns: the work is their product,
	// whoever does it.
	product bool
}

// is makes a shape.
func is(name string, base int, files func(n int) map[string]string) shape {
	return shape{name: name, base: base, make: files}
}

// product makes a shape in which n files meet n patterns.
func product(s shape) shape {
	s.product = true
	return s
}

// shapes lists all families.
func shapes() []shape {
	var all []shape
	for _, some := range [][]shape{
		stageShapes(), variableShapes(), instructionShapes(), copyShapes(), layoutShapes(), shellShapes(), packageShapes(),
		commentShapes(), ignoreFileShapes(), composeShapes(), composeFieldShapes(), composeNearShapes(), manifestShapes(),
		treeShapes(), configShapes(), textShapes(),
	} {
		all = append(all, some...)
	}
	return all
}

// alpine is the first line of most Dockerfiles here.
const alpine = "FROM alpine:3.20\n"

// one is a repository of one file, made from a pattern as of expand.
func one(name, pattern string) func(n int) map[string]string {
	return func(n int) map[string]string { return map[string]string{name: expand(pattern, n)} }
}

// docker is a repository of one Dockerfile.
func docker(pattern string) func(n int) map[string]string { return one("Dockerfile", pattern) }

// compose is a repository of one compose file.
func compose(pattern string) func(n int) map[string]string { return one("compose.yaml", pattern) }

// service is a compose file of many services with the same fields, those of the
// pattern.
func service(fields string) func(n int) map[string]string {
	return compose("services:\n«  s{i}:\n" + fields + "»")
}

// several is a repository of files with constant names, made from patterns.
func several(patterns map[string]string) func(n int) map[string]string {
	return func(n int) map[string]string {
		files := make(map[string]string, len(patterns))
		for name, pattern := range patterns {
			files[name] = expand(pattern, n)
		}
		return files
	}
}

// with adds to a repository, for each i below n, a file: {i} in its name and
// content stands for i.
func with(base func(n int) map[string]string, name, content string) func(n int) map[string]string {
	return func(n int) map[string]string {
		files := base(n)
		for i := range n {
			files[number(name, i)] = number(content, i)
		}
		return files
	}
}

// none is a repository without a file, to be added to.
func none(int) map[string]string { return map[string]string{} }

// expand repeats each part of a pattern between « and » n times. In it {i} is
// the number of the repetition, from 0 on, and {i+1} the next one.
func expand(pattern string, n int) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(pattern, "«")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		part, after, _ := strings.Cut(rest, "»")
		if strings.Contains(part, "{i") {
			for i := range n {
				b.WriteString(number(part, i))
			}
		} else {
			b.WriteString(strings.Repeat(part, n))
		}
		pattern = after
	}
}

func number(text string, i int) string {
	return strings.NewReplacer("{i}", strconv.Itoa(i), "{i+1}", strconv.Itoa(i+1)).Replace(text)
}

// folders is the path of n folders in each other, all of that name, with a slash
// after each.
func folders(name string, n int) string { return strings.Repeat(name+"/", n) }
