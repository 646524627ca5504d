package readers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, f := range []string{"d/file10.csv", "d/file2.csv", "d/file1.NDJSON", "d/.hid.csv", "d/x.txt", "d/sub/y.csv", "d/.git/z.csv", "d/sub/.h.csv", "d/sub/deep/er/w.csv", "d/sub-1/v.csv", "lit[1].csv", "lit1.csv", "empty/z.txt"} {
		write(t, f, "")
	}
	os.Mkdir("d/dir.csv", 0o755)
	os.Symlink("file2.csv", "d/link.csv")
	tests := []struct {
		name string
		args []string
		want []string
		err  string
	}{
		{"none", nil, nil, ""},
		{"order kept", []string{"lit1.csv", "-", "d/x.txt"}, []string{"lit1.csv", "-", "d/x.txt"}, ""},
		{"glob", []string{"d/*.csv"}, []string{"d/file2.csv", "d/file10.csv", "d/link.csv"}, ""},
		{"dot glob", []string{"d/.*"}, []string{"d/.hid.csv"}, ""},
		{"directory", []string{"d/"}, []string{"d/file1.NDJSON", "d/file2.csv", "d/file10.csv", "d/link.csv"}, ""},
		{"literal name", []string{"lit[1].csv"}, []string{"lit[1].csv"}, ""},
		{"set", []string{"d/file[12].*"}, []string{"d/file1.NDJSON", "d/file2.csv"}, ""},
		{"any depth", []string{"d/**/*.csv"}, []string{"d/file2.csv", "d/file10.csv", "d/link.csv", "d/sub/deep/er/w.csv", "d/sub/y.csv", "d/sub-1/v.csv"}, ""},
		{"alternatives", []string{"d/{file,link}*.csv"}, []string{"d/file2.csv", "d/file10.csv", "d/link.csv"}, ""},
		{"as a shell expands", []string{"d/file10.csv", "d/file2.csv", "d/link.csv"}, []string{"d/file2.csv", "d/file10.csv", "d/link.csv"}, ""},
		{"order of one's own", []string{"d/file2.csv", "d/file10.csv"}, []string{"d/file2.csv", "d/file10.csv"}, ""},
		{"url without a store", []string{"s3://bucket/x.csv"}, nil, "s3://bucket/x.csv: object stores cannot be read here"},
		{"inside a file", []string{"lit1.csv/x.csv"}, nil, "lit1.csv/x.csv: no such file: lit1.csv is a file"},
		{"missing", []string{"exports/x.csv"}, nil, "exports/x.csv: no such file"},
		{"missing glob", []string{"exports/*.csv"}, nil, "exports/*.csv: no such file: the pattern matches nothing"},
		{"empty directory", []string{"empty"}, nil, "empty: no such file: the directory holds no csv"},
		{"broken glob", []string{"d/[a"}, nil, "d/[a: not a valid pattern"},
		{"empty argument", []string{""}, nil, "an empty argument"},
		{"twice", []string{"lit1.csv", "./lit1.csv"}, nil, "./lit1.csv: named twice"},
		{"twice by glob", []string{"d/file2.csv", "d/*2.csv"}, nil, "d/file2.csv: named twice"},
		{"stdin twice", []string{"-", "-"}, nil, "-: named twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := Expand(t.Context(), tt.args, nil)
			got := namesOf(found)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.err)) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if strings.Contains(tt.err, "no such file") && !errors.Is(err, ErrNoSource) {
				t.Error("the error is not ErrNoSource")
			}
			for i := range got {
				got[i] = filepath.ToSlash(got[i])
			}
			same(t, "sources", got, tt.want)
		})
	}
}

func namesOf(sources []Source) []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	return names
}

func TestCompareNatural(t *testing.T) {
	ordered := []string{"a", "a01", "a1", "a1b", "a2", "a10", "a10b2", "a10b10", "b", "b99999999999999999998", "b99999999999999999999"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := compareNatural(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%s and %s: %d", a, b, got)
			}
		}
	}
}
