package mapping

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// transform changes a text before it is converted.
type transform func(string) string

var transforms = map[string]transform{
	"trim":  strings.TrimSpace,
	"lower": strings.ToLower,
	"upper": strings.ToUpper,
	"digits": func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s)
	},
	"md5":    func(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) },
	"sha1":   func(s string) string { sum := sha1.Sum([]byte(s)); return hex.EncodeToString(sum[:]) },
	"sha256": func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) },
}

func transformNames() []string {
	var names []string
	for name := range transforms {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
