// Package mapping compiles an analyst's mapping file and maps rows to records.
//
// Load reads the file (YAML) and returns a Mapping, or Problems: everything that
// is wrong with it, each at file:line:column with a way out. Bind joins a Mapping
// to the columns of one source and returns a Program, whose Map turns a row into
// a Record: the user key that the row is grouped by, the batch-level fields and
// the events, all of them already encoded as JSON. Conversion is total: it
// yields a value or a Reject that says why not.
//
// Infer writes a first mapping file for a source, from its column names and
// sampled values; Feed and Manifest write those of mParticle's own CSV feed. All
// three make a text that goes through Load like any other.
//
// The order of members in the JSON is the order of the models, free-form names
// are sorted: neither the order of columns nor of lines in the mapping changes a
// byte of what is sent.
package mapping
