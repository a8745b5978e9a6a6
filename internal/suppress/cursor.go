package suppress

import (
	"strings"

	"github.com/dockmend/dockmend/internal/text"
)

// cursor reads a comment from left to right; src ends where the comment ends.
type cursor struct {
	src string
	pos int
}

// peek is the next byte, 0 at the end.
func (c *cursor) peek() byte {
	if c.pos < len(c.src) {
		return c.src[c.pos]
	}
	return 0
}

// blanks skips spaces and tabs, and reports whether there were any.
func (c *cursor) blanks() bool {
	start := c.pos
	for c.pos < len(c.src) && (c.src[c.pos] == ' ' || c.src[c.pos] == '\t') {
		c.pos++
	}
	return c.pos > start
}

// literal skips s if it comes next.
func (c *cursor) literal(s string) bool {
	if !strings.HasPrefix(c.src[c.pos:], s) {
		return false
	}
	c.pos += len(s)
	return true
}

// assignment skips "key =" with the blanks around the sign.
func (c *cursor) assignment(key string) bool {
	if !c.literal(key) {
		return false
	}
	c.blanks()
	if !c.literal("=") {
		return false
	}
	c.blanks()
	return true
}

// take reads the bytes that fit.
func (c *cursor) take(fits func(byte) bool) name {
	start := c.pos
	for c.pos < len(c.src) && fits(c.src[c.pos]) {
		c.pos++
	}
	return name{text: c.src[start:c.pos], span: text.Span{Start: start, End: c.pos}}
}

// tail reports whether nothing but a "#" and a remark comes after the blanks.
func (c *cursor) tail() bool {
	c.blanks()
	return c.pos == len(c.src) || c.src[c.pos] == '#'
}
