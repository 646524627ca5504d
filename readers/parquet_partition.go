package readers

import (
	"net/url"
	"slices"
	"strings"
)

// partition is a column whose one value stands in the path of the file, as Hive,
// Spark and most warehouses write it: dt=2024-01-01/country=de/part-0.parquet.
type partition struct {
	name  string
	value string
	null  bool
	at    int // index of the column
}

// hiveNull is what stands in a path for no value.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// partitionsOf returns the columns in the path of a source, outermost first. Of
// two with one name the inner one counts.
func partitionsOf(source string) (all []partition) {
	path, _, _ := strings.Cut(source, "?") // of a URL
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for _, part := range parts[:max(0, len(parts)-1)] {
		name, value, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			continue
		}
		p := partition{name: unescaped(name), value: unescaped(value), null: value == hiveNull}
		all = slices.DeleteFunc(all, func(outer partition) bool { return outer.name == p.name })
		all = append(all, p)
	}
	return all
}

// unescaped undoes the escapes of characters that a path cannot hold.
func unescaped(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// choosePartitions adds the wanted columns of the path that the file does not
// have itself.
func (p *parquetReader) choosePartitions(wanted selection) {
	for _, part := range partitionsOf(p.name) {
		if slices.Contains(p.names, part.name) {
			continue
		}
		p.names = append(p.names, part.name)
		if wanted.has(part.name) {
			part.at = len(p.columns)
			p.columns = append(p.columns, Column{Name: part.name, Type: TextColumn})
			p.partitions = append(p.partitions, part)
		}
	}
}

// setPartitions sets the columns of the path in the row begun last. All rows of a
// chunk share the texts, which the first of them adds.
func (p *parquetReader) setPartitions(b *builder, shared []cell) []cell {
	for i, part := range p.partitions {
		if i == len(shared) {
			shared = append(shared, b.share(part))
		}
		b.put(part.at, shared[i])
	}
	return shared
}

// share adds the text of a column of the path.
func (b *builder) share(part partition) cell {
	if part.null {
		return cell{kind: Null}
	}
	off := len(b.text)
	b.text = append(b.text, part.value...)
	return cell{kind: Text, off: uint32(off), len: uint32(len(part.value))}
}

// statistics of a column of the path are its value.
func (part partition) statistics() (s statistics, ok bool) {
	value := Value{Kind: Text, Text: part.value}
	return statistics{low: value, high: value, noNulls: true, exact: true}, !part.null
}
