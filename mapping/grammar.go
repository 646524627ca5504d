package mapping

import "mpimport/mparticle"

// The keys of a mapping file, group by group. The loader refuses others, and the
// JSON Schema for editors is made of the same tables.

// key is one key of a group.
type key struct {
	name    string
	meaning string   // one line for people
	is      valueOf  // what its value may be
	choices []string // of a choice
	group   []key    // of a group, or of each entry of a list of groups
}

// valueOf is what the value of a key may be.
type valueOf uint8

const (
	single      valueOf = iota // one value
	trueOrFalse                // true or false
	choice                     // one of the choices
	texts                      // one text or a list of texts
	groupOf                    // a group of keys
	listOfGroups
	free        // a group of any keys with a value each
	anything    // a value of any form
	formula     // an expression
	fieldsOf    // FIELD: source
	orderColumn // a column, or a group as of a value
)

// Choices that the loader and the schema share.
var (
	formatChoices     = []string{"csv", "tsv", "ndjson", "parquet", "mparticle"}
	encodingChoices   = []string{"utf-8", "utf-16", "latin1", "windows-1252"}
	escapeChoices     = []string{"doubled", "backslash"}
	raggedChoices     = []string{"reject", "pad"}
	unknownChoices    = []string{"ignore", "warn", "error"}
	mergeChoices      = []string{MergeSplit, MergeLast}
	attributesChoices = []string{AttributesEvery, AttributesLast, AttributesNone}
	typeChoices       = []string{"string", "integer", "number", "boolean", "timestamp", "list"}
	onInvalidChoices  = []string{"reject", "omit"}
	whenNullChoices   = []string{"omit", "delete"}
	nestedChoices     = []string{"reject", "text"}
)

var fileKeys = []key{
	{name: "version", meaning: "version of the mapping language", is: choice, choices: []string{"1"}},
	{name: "name", meaning: "name of the import; part of every batch's id"},
	{name: "environment", meaning: "whether the data is real; or --environment", is: choice, choices: mparticle.Environment("").Values()},
	{name: "source", meaning: "how the files are read", is: groupOf, group: sourceKeys},
	{name: "where", meaning: "rows for which this is not true are left out, and counted", is: formula},
	{name: "group", meaning: "how rows are grouped into batches", is: groupOf, group: groupKeys},
	{name: "batch", meaning: "fields of the user's batch, FIELD: COLUMN", is: fieldsOf},
	{name: "events", meaning: "events of a row; none for an import of profiles", is: listOfGroups, group: eventKeys},
	{name: "tests", meaning: "examples that mpimport check runs", is: listOfGroups, group: testKeys},
}

var sourceKeys = []key{
	{name: "format", meaning: "format of the files; default: by name, then content", is: choice, choices: formatChoices},
	{name: "delimiter", meaning: "CSV: the character between fields"},
	{name: "quotes", meaning: "CSV: whether fields may stand in quotes; false: quotes are text, as in the TSV of many pipelines; default true", is: trueOrFalse},
	{name: "quote", meaning: `CSV: the character around fields that hold delimiters; default "`},
	{name: "escape", meaning: "CSV: how a quote is written within quotes; default doubled", is: choice, choices: escapeChoices},
	{name: "comment", meaning: "CSV: the character with which lines begin that are left out; default none"},
	{name: "skip_lines", meaning: "CSV: lines before the header that are left out; default 0"},
	{name: "ragged", meaning: "CSV: rows with too few or too many fields; pad: missing ones are empty, empty ones too many are left out; default reject", is: choice, choices: raggedChoices},
	{name: "header", meaning: "CSV: whether the first line names the columns; default true", is: trueOrFalse},
	{name: "columns", meaning: "CSV without a header: the names of the columns", is: texts},
	{name: "null_values", meaning: `texts that mean "no value"; default [""]`, is: texts},
	{name: "encoding", meaning: "encoding of the text; a byte order mark decides", is: choice, choices: encodingChoices},
	{name: "timezone", meaning: "zone of timestamps without an offset; default UTC"},
	{name: "number", meaning: "how texts write numbers; default 1234.5", is: groupOf, group: numberKeys},
	{name: "expect", meaning: "what the files must be like", is: groupOf, group: expectKeys},
}

var expectKeys = []key{
	{name: "unknown", meaning: "columns that nothing maps; default ignore", is: choice, choices: unknownChoices},
	{name: "optional", meaning: "mapped columns, by name or pattern, that the files need not have; default none", is: texts},
}

var numberKeys = []key{
	{name: "decimal", meaning: "the character before the fraction; default ."},
	{name: "thousands", meaning: "the character between groups of three digits; default none"},
}

var groupKeys = []key{
	{name: "by", meaning: "identities that group rows, in order of preference; default: all mapped ones", is: texts},
	{name: "order_by", meaning: "column by which a user's rows are ordered; default: the order of the rows", is: orderColumn},
	{name: "merge", meaning: "split: changed fields start a new batch; last: the later value wins", is: choice, choices: mergeChoices},
	{name: "attributes", meaning: "which of a user's batches carry attributes: every one, the last, or none", is: choice, choices: attributesChoices},
	{name: "junk_ids", meaning: "placeholders that are no identity", is: texts},
}

var eventKeys = []key{
	{name: "type", meaning: "type of the event", is: choice}, // the choices are the catalog's
	{name: "when", meaning: "the row makes this event only if this is true", is: formula},
	{name: "collect_by", meaning: "column; a user's rows with the same value make one event, with a list element each"},
	{name: "data", meaning: "fields of the event, FIELD: COLUMN", is: fieldsOf},
}

var testKeys = []key{
	{name: "row", meaning: "the columns of a row", is: anything},
	{name: "rows", meaning: "several rows, in order", is: anything},
	{name: "batch", meaning: "what the batch must have, at least", is: anything},
	{name: "batches", meaning: "what several batches must have, in order", is: anything},
	{name: "reject", meaning: "the row must be rejected, with these words in the reason"},
	{name: "skip", meaning: "the row must be left out by where", is: trueOrFalse},
}

// conversionKeys say how a value is converted.
var conversionKeys = []key{
	{name: "type", meaning: "type of the value; default: what the field takes", is: choice, choices: typeChoices},
	{name: "format", meaning: "of timestamps: iso8601, unix_s, unix_ms, unix_us, unix_ns, a pattern such as %d/%m/%Y, or a list tried in order", is: texts},
	{name: "timezone", meaning: "zone of timestamps without an offset"},
	{name: "number", meaning: "how the text writes numbers", is: groupOf, group: numberKeys},
	{name: "nested", meaning: "an object or list where one value is expected: reject the row, or take its JSON as text", is: choice, choices: nestedChoices},
	{name: "transform", meaning: "changes to the text, in order", is: texts},
	{name: "map", meaning: "lookup table", is: free},
	{name: "map_else", meaning: "what values that map does not know become"},
	{name: "split", meaning: "text between the entries of a list"},
	{name: "default", meaning: "for an empty value, and one that map does not know", is: anything},
	{name: "required", meaning: "rows without a value are rejected", is: trueOrFalse},
	{name: "on_invalid", meaning: "reject the row, or leave the value out", is: choice, choices: onInvalidChoices},
	{name: "when_null", meaning: "an empty user attribute is left out, or deleted", is: choice, choices: whenNullChoices},
}

var valueKeys = append([]key{
	{name: "column", meaning: "the column; nested ones by dots, members of a list by items[].sku"},
	{name: "value", meaning: "a fixed value; ${NAME} comes from --set or the environment", is: anything},
	{name: "expr", meaning: "an expression over columns", is: formula},
}, conversionKeys...)

// wildKeys are those of a line that ends in `.*`.
var wildKeys = append([]key{
	{name: "columns", meaning: "names of columns, or patterns such as attr_*", is: texts},
	{name: "json", meaning: "a column of objects, whose members become fields"},
	{name: "rest", meaning: "all columns that nothing else maps", is: trueOrFalse},
	{name: "expr", meaning: "an expression that gives an object", is: formula},
	{name: "strip", meaning: "prefix that is taken off the names"},
	{name: "except", meaning: "names, or patterns, that are left out", is: texts},
}, conversionKeys...)

// orderKeys are those of group.order_by.
var orderKeys = []key{
	{name: "column", meaning: "the column"},
	{name: "type", meaning: "type of its values", is: choice, choices: []string{"string", "number", "timestamp"}},
	{name: "format", meaning: "of timestamps", is: texts},
	{name: "timezone", meaning: "zone of timestamps without an offset"},
	{name: "number", meaning: "how the text writes numbers", is: groupOf, group: numberKeys},
}

func keyNames(keys []key) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.name
	}
	return names
}
