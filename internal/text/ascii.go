package text

// IsLetter reports whether c is a letter of ASCII.
func IsLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// IsDigit reports whether c is a decimal digit of ASCII.
func IsDigit(c byte) bool { return c >= '0' && c <= '9' }
